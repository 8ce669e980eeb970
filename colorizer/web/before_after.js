// The line is a native slider over the pictures: by mouse, by touch, and by the arrow keys.
const pair = element.querySelector('.pair');
const frame = element.querySelector('.pair-frame');
const line = element.querySelector('input[type=range]');
const button = element.querySelector('.pair-large');
let share = 50;
let large = false;

function draw() {
  frame.style.setProperty('--line', `${share}%`);
  frame.classList.toggle('pair-fullscreen', large);
  button.setAttribute('aria-label', large ? props.shrink : props.enlarge);
  button.title = large ? props.shrink : props.enlarge;
  line.value = share;
}

function enlarge(wanted) {
  large = wanted;
  document.body.style.overflow = large ? 'hidden' : '';
  draw();
}

line.addEventListener('input', () => {
  share = Number(line.value);
  draw();
});
button.addEventListener('click', () => enlarge(!large));
element.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && large) enlarge(false);
});
// Drawing the template anew takes back what this script has set.
watch('value', draw);
draw();
