let current = null;
let focused = null;

function tile(index) {
  return element.querySelector(`button[data-index="${index}"]`);
}

function mark() {
  if (!props.marks) return;
  for (const each of element.querySelectorAll('button[data-index]')) {
    each.setAttribute('aria-current', String(Number(each.dataset.index) === current));
  }
}

element.addEventListener('click', (event) => {
  const chosen = event.target.closest('button[data-index]');
  if (!chosen || chosen.disabled) return;
  current = Number(chosen.dataset.index);
  mark();
  trigger('select', { index: current });
});
element.addEventListener('focusin', (event) => {
  focused = event.target.closest('button[data-index]')?.dataset.index ?? null;
});
// A batch that goes on draws the list anew: what was chosen and focused stays so.
watch('value', () => {
  if (props.value.current !== null) current = props.value.current;
  mark();
  if (focused !== null && document.activeElement === document.body) tile(focused)?.focus();
});
