const steps = element.querySelector('.steps');
const place = element.querySelector('span');

function open() {
  return [...document.querySelectorAll('#tiles button[data-index]:not(:disabled)')];
}

function draw() {
  const tiles = open();
  const at = tiles.findIndex((tile) => tile.getAttribute('aria-current') === 'true');
  steps.hidden = tiles.length < 2;
  place.textContent = `${at + 1} / ${tiles.length}`;
  steps.querySelector('[data-step="-1"]').disabled = at <= 0;
  steps.querySelector('[data-step="1"]').disabled = at >= tiles.length - 1;
}

function step(by) {
  const tiles = open();
  const at = tiles.findIndex((tile) => tile.getAttribute('aria-current') === 'true');
  tiles[at + by]?.click();
}

element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-step]');
  if (button) step(Number(button.dataset.step));
});
document.addEventListener('tiles-changed', draw);
document.addEventListener('step-photo', (event) => step(event.detail));
