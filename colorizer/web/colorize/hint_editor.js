// Places on the picture that have got a colour by hand. What is here holds for the photo on the
// stage; the server's list is taken when another photo comes, after a reload and from a file.
const find = (selector) => element.querySelector(selector);
const [hand, picture, panel, said] = ['.hand', '.hand-picture', '.hand-panel', '.hand-said'].map(find);
const [image, cursor, field] = ['.hand-picture img', '.hand-cursor', 'input[type=color]'].map(find);
const words = props.words;
const MOST = 200;
const past = new Map(); // photo → every list it had, and which of them holds
let photo = null;
let believes = true; // takes the next list of the server
let spot = null; // what the panel is about; its index is null until it has a colour
let at = { x: 0.5, y: 0.5 }; // of the keyboard
let reach = 'normal';
let zoom = 1;
let last = ''; // what was done last: repeated, it is one step
let asked = 0;
let held = null;
let [sending, waiting, notice] = [false, null, ''];

function steps() {
  if (!past.has(photo)) past.set(photo, { lists: [[]], now: 0 });
  return past.get(photo);
}
const hints = () => steps().lists[steps().now];
const within = (value) => Math.min(1, Math.max(0, value));
const round = (value) => Math.round(within(value) * 1e4) / 1e4;

function put(list, what = '') {
  const all = steps();
  all.lists = [...all.lists.slice(0, all.now + (what && what === last ? 0 : 1)), list];
  all.now = all.lists.length - 1;
  last = what;
  send();
}

// One after the other, and of those that wait the last. Not told with the event: one that has to
// wait for another comes without.
async function tell(content) {
  waiting = content;
  if (sending) return;
  sending = true;
  while (waiting !== null) {
    const hints = waiting;
    waiting = null;
    const told = await server.take({ token: window.colorizerToken(), hints }).catch(() => null);
    notice = told?.notice ?? '';
    if (told && !notice) trigger('select');
  }
  sending = false;
  draw();
}

function send() {
  tell(JSON.stringify({ hints: hints() }));
  draw();
}

function travel(by) {
  const all = steps();
  if (!all.lists[all.now + by]) return;
  all.now += by;
  last = '';
  close();
  send();
  if (document.activeElement?.disabled ?? true) picture.focus({ preventScroll: true });
}

function change(index, changes, what) {
  put(hints().map((hint, n) => (n === index ? { ...hint, ...changes } : hint)), what);
}

function colour(value, what = '') {
  if (!spot) return;
  if (spot.index !== null) return change(spot.index, { colour: value }, what);
  if (hints().length >= MOST) return;
  spot.index = hints().length;
  put([...hints(), { x: spot.x, y: spot.y, colour: value, reach }], what);
}

function remove(index) {
  close();
  if (index !== null) put(hints().filter((_, n) => n !== index));
  picture.focus({ preventScroll: true });
}

// In the place of the line between before and after, or not
function work(active) {
  hand.classList.toggle('active', active);
  const button = find('[data-do=begin]');
  button.setAttribute('aria-expanded', String(active));
  button.textContent = active ? words.end : words.begin;
  if (active) picture.focus({ preventScroll: true });
  else close();
}

// The panel

async function open(place, byKeyboard = false) {
  spot = place;
  draw();
  const turn = (asked += 1);
  panel.classList.add('waiting');
  const told = await server
    .suggest({ token: window.colorizerToken(), x: place.x, y: place.y })
    .catch(() => null);
  if (turn !== asked || !spot) return;
  panel.classList.remove('waiting');
  for (const row of ['likely', 'own']) swatches(row, told?.[row] ?? []);
  notice = told?.notice ?? '';
  draw();
  if (byKeyboard) panel.querySelector('button')?.focus({ preventScroll: true });
  bring();
}

// The panel is below the picture: both it and the place are brought into view, the place above all.
function bring() {
  panel.scrollIntoView({ block: 'nearest' });
  const box = image.getBoundingClientRect();
  const above = box.top + spot.y * box.height - 24;
  if (above < 0) window.scrollBy(0, above);
}

function swatches(row, colours) {
  find(`[data-row=${row}] div`).replaceChildren(...colours.map((hex) => {
    const button = document.createElement('button');
    Object.assign(button, { type: 'button', title: hex });
    Object.assign(button.dataset, { colour: hex });
    button.setAttribute('aria-label', hex);
    button.style.background = hex;
    return button;
  }));
}

function close() {
  spot = null;
  asked += 1;
  draw();
}

// Drawing

function dots() {
  return [...picture.querySelectorAll('.hand-dot')];
}

function draw() {
  const list = hints();
  const shown = spot && spot.index === null ? [...list, { ...spot, colour: null }] : list;
  const there = dots();
  there.slice(shown.length).forEach((dot) => dot.remove());
  const possible = props.value?.possible ?? [];
  shown.forEach((hint, index) => {
    const dot = there[index] ?? picture.appendChild(document.createElement('button'));
    Object.assign(dot, { type: 'button', className: 'hand-dot' });
    dot.dataset.index = index;
    dot.style.left = `${hint.x * 100}%`;
    dot.style.top = `${hint.y * 100}%`;
    dot.style.background = { neutral: '#888' }[hint.colour] ?? hint.colour ?? 'transparent';
    dot.classList.toggle('chosen', index === (spot?.index ?? list.length));
    dot.classList.toggle('inexact', possible.length === list.length && possible[index] === false);
    dot.setAttribute('aria-label', `${words.dot} ${index + 1}: ${words[hint.colour] ?? hint.colour ?? '?'}`);
  });
  panel.hidden = !spot;
  const own = spot?.index !== null ? list[spot?.index] : null;
  for (const button of panel.querySelectorAll('[data-reach]')) {
    button.setAttribute('aria-pressed', String(button.dataset.reach === (own?.reach ?? reach)));
  }
  if (/^#/.test(own?.colour ?? '')) field.value = own.colour;
  cursor.style.left = `${at.x * 100}%`;
  cursor.style.top = `${at.y * 100}%`;
  const all = steps();
  find('[data-do=undo]').disabled = !all.now;
  find('[data-do=redo]').disabled = all.now >= all.lists.length - 1;
  for (const name of ['clear', 'save']) find(`[data-do=${name}]`).disabled = !list.length;
  const inexact = own && dots()[spot.index].classList.contains('inexact');
  said.textContent = notice || (inexact ? words.inexact : list.length ? '' : words.lead);
}

function look() {
  zoom = zoom >= 4 ? 1 : zoom * 2;
  picture.style.width = `${zoom * 100}%`;
  find('[data-do=zoom]').textContent = `${zoom} ×`;
  const { x, y } = spot ?? at;
  const frame = find('.hand-window');
  frame.scrollTo(x * picture.clientWidth - frame.clientWidth / 2, y * picture.clientHeight - frame.clientHeight / 2);
}

function update() {
  const value = props.value;
  hand.hidden = !value;
  if (!value) return;
  if (value.photo !== photo) {
    [photo, believes, last, spot] = [value.photo, true, '', null];
  }
  const all = steps();
  if (believes && JSON.stringify(value.hints) !== JSON.stringify(hints())) {
    all.lists = [...all.lists.slice(0, all.now + 1), value.hints];
    all.now = all.lists.length - 1;
  }
  believes = false;
  image.src = value.after;
  hand.style.setProperty('--ratio', value.ratio);
  draw();
}

// By pointer

function place(event) {
  const box = image.getBoundingClientRect();
  return { x: round((event.clientX - box.left) / box.width), y: round((event.clientY - box.top) / box.height) };
}

picture.addEventListener('pointerdown', (event) => {
  const dot = event.target.closest('.hand-dot');
  if (!dot) return;
  held = { dot, index: Number(dot.dataset.index), x: event.clientX, y: event.clientY, moved: false };
  dot.setPointerCapture(event.pointerId);
});
picture.addEventListener('pointermove', (event) => {
  if (!held) return;
  held.moved ||= Math.hypot(event.clientX - held.x, event.clientY - held.y) > 5;
  if (!held.moved) return;
  const { x, y } = place(event);
  held.dot.style.left = `${x * 100}%`;
  held.dot.style.top = `${y * 100}%`;
});
for (const kind of ['pointerup', 'pointercancel']) {
  picture.addEventListener(kind, (event) => {
    if (held?.moved && held.index < hints().length && kind === 'pointerup') {
      change(held.index, place(event));
    }
    setTimeout(() => { held = null; }, 0); // after the click that ends the movement
    draw();
  });
}
picture.addEventListener('click', (event) => {
  const dot = event.target.closest('.hand-dot');
  if (held?.moved) return;
  if (dot) show(Number(dot.dataset.index), event.detail === 0);
  else open({ ...place(event), index: null });
});

function show(index, byKeyboard) {
  if (index < hints().length) open({ ...hints()[index], index }, byKeyboard);
}

// By keyboard

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

picture.addEventListener('keydown', (event) => {
  const arrow = ARROWS[event.key];
  const dot = event.target.closest('.hand-dot');
  const index = dot ? Number(dot.dataset.index) : null;
  if (arrow) {
    event.preventDefault();
    const step = event.shiftKey ? 0.005 : 0.03;
    const from = dot ? hints()[index] : at;
    if (!from) return;
    const to = { x: round(from.x + arrow[0] * step), y: round(from.y + arrow[1] * step) };
    if (dot) return change(index, to, `move ${index}`);
    at = to;
    draw();
  } else if (dot && ['Delete', 'Backspace'].includes(event.key)) {
    remove(index);
  } else if (!dot && ['Enter', ' '].includes(event.key)) {
    event.preventDefault();
    const near = hints().findIndex((hint) => Math.hypot(hint.x - at.x, hint.y - at.y) < 0.02);
    if (near >= 0) show(near, true);
    else open({ ...at, index: null }, true);
  }
});
element.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && spot) {
    close();
    picture.focus({ preventScroll: true });
  }
  const key = event.key.toLowerCase();
  if (!(event.ctrlKey || event.metaKey) || !['z', 'y'].includes(key)) return;
  event.preventDefault();
  travel(key === 'y' || event.shiftKey ? 1 : -1);
});

// Buttons, the colour field, files

const ACTIONS = {
  begin: () => work(!hand.classList.contains('active')),
  undo: () => travel(-1),
  redo: () => travel(1),
  zoom: look,
  neutral: () => colour('neutral'),
  remove: () => remove(spot?.index ?? null),
  close,
  clear: () => { close(); put([]); },
  save,
};

element.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button || picture.contains(button)) return;
  if (button.dataset.colour) colour(button.dataset.colour);
  if (button.dataset.do) ACTIONS[button.dataset.do]();
  if (button.dataset.reach) {
    reach = button.dataset.reach;
    if (spot && spot.index !== null) change(spot.index, { reach });
    else draw();
  }
});

let picking = null;
field.addEventListener('input', () => {
  clearTimeout(picking);
  picking = setTimeout(() => colour(field.value, `field ${spot?.index}`), 150);
});

function save() {
  const link = document.createElement('a');
  const content = JSON.stringify({ version: 1, hints: hints() }, null, 1);
  link.href = URL.createObjectURL(new Blob([content], { type: 'application/json' }));
  link.download = `${props.value.name}.hints.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

find('input[type=file]').addEventListener('change', async (event) => {
  const [file] = event.target.files;
  const content = file.size < 262144 ? await file.text() : '';
  event.target.value = '';
  close();
  believes = true;
  tell(content);
});

watch('value', update);
update();
