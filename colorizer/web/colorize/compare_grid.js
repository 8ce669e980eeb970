element.addEventListener('click', (event) => {
  const chosen = event.target.closest('button[data-model]');
  if (chosen) trigger('select', { model: chosen.dataset.model });
});
