// What concerns the whole page: the visit of this browser tab, photos dropped or pasted anywhere,
// links to tabs, the language, and the keyboard.
(() => {
  const TOKEN = 'colorizer-visit';
  let token = null;

  // A reload brings the visit back; another tab of the browser is another visit.
  window.colorizerToken = () => {
    if (token) return token;
    try {
      token = sessionStorage.getItem(TOKEN);
    } catch { /* storage is forbidden: the visit ends with a reload */ }
    if (token) {
      whenThere('#restore', (button) => button.click());
      return token;
    }
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    token = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    try {
      sessionStorage.setItem(TOKEN, token);
    } catch { /* as above */ }
    return token;
  };

  function whenThere(selector, act, tries = 100) {
    const found = document.querySelector(selector);
    if (found) setTimeout(() => act(found), 0);
    else if (tries) setTimeout(() => whenThere(selector, act, tries - 1), 100);
  }

  const visible = (each) => each.offsetParent !== null;

  // Films go to their tab, wherever they are dropped.
  function deliver(all, target) {
    const films = document.getElementById('tab-film-button');
    const isFilm = (file) => Boolean(films) && file.type.startsWith('video/');
    const files = all.filter((file) => !isFilm(file));
    if (files.length < all.length) {
      films.click();
      whenThere('#film [data-photos]', (zone) => hand(zone, all.filter(isFilm)));
    }
    if (files.length) deliverPhotos(files, target);
  }

  function deliverPhotos(files, target) {
    const zone = target?.closest?.('[data-photos]');
    if (zone) return hand(zone, files);
    const zones = [...document.querySelectorAll('[data-photos]')].filter(visible);
    if (!zones.length) {
      document.getElementById('tab-colorize-button')?.click();
      whenThere('#photos [data-photos]', (zone) => hand(zone, files));
      return;
    }
    hand(zones[0], files);
  }

  function hand(zone, files) {
    zone.dispatchEvent(new CustomEvent('photos', { detail: files }));
  }

  const brings = (transfer) => [...(transfer?.types ?? [])].includes('Files');

  for (const kind of ['dragenter', 'dragover']) {
    window.addEventListener(kind, (event) => {
      if (!brings(event.dataTransfer)) return;
      event.preventDefault();
      document.body.classList.add('dragging');
    }, true);
  }
  window.addEventListener('dragleave', (event) => {
    if (!event.relatedTarget) document.body.classList.remove('dragging');
  }, true);
  window.addEventListener('drop', (event) => {
    document.body.classList.remove('dragging');
    const files = [...(event.dataTransfer?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    deliver(files, event.target);
  }, true);
  window.addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    deliver(files);
  }, true);

  // ?tab=study opens a tab, and the address follows the tab that is open.
  const wanted = new URLSearchParams(location.search).get('tab');
  if (wanted && /^[a-z]+$/.test(wanted)) whenThere(`#tab-${wanted}-button`, (tab) => tab.click());
  if (location.hash.startsWith('#owner=')) {
    whenThere('#study-results-tab-button', (tab) => tab.click());
  }
  document.addEventListener('click', (event) => {
    const tab = event.target.closest?.('[role=tab][id^=tab-]');
    if (!tab) return;
    const address = new URL(location.href);
    const name = tab.id.replace(/^tab-|-button$/g, '');
    if (name === 'colorize') address.searchParams.delete('tab');
    else address.searchParams.set('tab', name);
    history.replaceState(history.state, '', address);
  });

  // Gradio names the browser's language at any time, whatever the page is written in.
  const { spoken } = element.querySelector('[data-spoken]').dataset;
  const name = () => {
    if (document.documentElement.lang !== spoken) document.documentElement.lang = spoken;
  };
  new MutationObserver(name).observe(document.documentElement, { attributeFilter: ['lang'] });
  name();

  // Gradio says these in English whatever the page is written in.
  const labels = JSON.parse(element.querySelector('[data-labels]').dataset.labels)
    .filter(([gradios, ours]) => gradios !== ours);
  function rename() {
    for (const [gradios, ours] of labels) {
      for (const attribute of ['aria-label', 'title']) {
        for (const each of document.querySelectorAll(`[${attribute}^="${gradios}"]`)) {
          each.setAttribute(attribute, each.getAttribute(attribute).replace(gradios, ours));
        }
      }
    }
  }
  let renaming = false;
  if (labels.length) {
    new MutationObserver(() => {
      if (renaming) return;
      renaming = true;
      setTimeout(() => { renaming = false; rename(); }, 100);
    }).observe(document.body, { childList: true, subtree: true });
    rename();
  }

  document.addEventListener('click', (event) => {
    const language = event.target.closest?.('[data-language]')?.dataset.language;
    if (language) {
      // Inside a frame of another site, as on Hugging Face, only such a cookie is kept.
      const framed = location.protocol === 'https:' ? 'SameSite=None; Secure; Partitioned' : 'SameSite=Lax';
      document.cookie = `colorizer-language=${language}; path=/; max-age=31536000; ${framed}`;
      location.reload();
    }
    if (event.target.closest?.('[data-keys]')) document.getElementById('keys').showModal();
  });

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.('input:not([type=range]):not([type=radio]):not([type=checkbox]), textarea')) return;
    if (event.key === '?') document.getElementById('keys')?.showModal();
    const by = { n: 1, p: -1 }[event.key.toLowerCase()];
    if (by) document.dispatchEvent(new CustomEvent('step-photo', { detail: by }));
  });

  if (!navigator.clipboard?.write) document.documentElement.classList.add('no-clipboard');
})();
