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
  document.dispatchEvent(new CustomEvent('tiles-changed', { detail: element }));
}

function showStage() {
  const stage = props.stages.map((each) => document.querySelector(each)).find((e) => e?.offsetParent);
  if (!stage) return;
  const { top, bottom } = stage.getBoundingClientRect();
  if (top >= 0 && bottom <= window.innerHeight) return;
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  stage.scrollIntoView({ block: 'start', behavior: calm ? 'auto' : 'smooth' });
}

element.addEventListener('click', (event) => {
  const removed = event.target.closest('[data-remove]');
  if (removed) return trigger('delete', { index: Number(removed.dataset.remove) });
  const chosen = event.target.closest('button[data-index]');
  if (!chosen || chosen.disabled) return;
  current = Number(chosen.dataset.index);
  mark();
  trigger('select', { index: current });
  showStage();
});
element.addEventListener('focusin', (event) => {
  focused = event.target.closest('button[data-index]')?.dataset.index ?? null;
});
// Answers may overtake each other: an older list never takes the place of a newer one. A batch that
// goes on draws the list anew: what was chosen and focused stays so.
let newest = props.value;
watch('value', () => {
  if (props.value.made < newest.made) {
    props.value = newest;
    setTimeout(mark, 0);
    return;
  }
  newest = props.value;
  if (props.value.current !== null) current = props.value.current;
  mark();
  if (focused !== null && document.activeElement === document.body) tile(focused)?.focus();
});
mark();
