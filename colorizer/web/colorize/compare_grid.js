element.addEventListener('click', (event) => {
  const chosen = event.target.closest('button[data-key]');
  if (chosen) trigger('select', { key: chosen.dataset.key });
});
