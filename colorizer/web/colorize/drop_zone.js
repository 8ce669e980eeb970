// Photos are sent one by one as they come; what is no photo is told by its name and never sent.
// A zone that keeps them lists them itself: its value is what stands there.
const input = element.querySelector('input[type=file]');
const sending = element.querySelector('.drop-sending');
const list = element.querySelector('.drop-list');
const config = window.gradio_config ?? {};
const address = `${config.root ?? ''}${config.api_prefix ?? '/gradio_api'}/upload`;
let waiting = [];
let active = false;
let kept = props.value?.photos ?? []; // what was listed before this part of the page was hidden
let leftOut = 0;

const listed = () => document.querySelectorAll('#tiles .tile').length;

function reason(file) {
  if (file.type && !file.type.startsWith(props.kind)) return props.wrong_kind;
  return file.size > props.max_bytes ? 'size' : null;
}

async function send(file) {
  const body = new FormData();
  body.append('files', file, file.name);
  try {
    const answer = await fetch(address, { method: 'POST', body });
    if (!answer.ok) return { name: file.name, refused: answer.status === 413 ? 'size' : 'sending' };
    return { name: file.name, path: (await answer.json())[0] };
  } catch {
    return { name: file.name, refused: 'sending' };
  }
}

async function sendAll() {
  if (active) return;
  active = true;
  while (waiting.length) {
    sending.textContent = `${props.sending} (${waiting.length})`;
    const { file, ...drop } = waiting.shift();
    const why = reason(file);
    const photo = why ? { name: file.name, refused: why } : await send(file);
    if (list) {
      keep([...kept, { ...photo, picture: photo.path ? URL.createObjectURL(file) : '' }]);
      continue;
    }
    const before = listed();
    trigger('upload', { photo, ...drop });
    // Answers may overtake each other: the next photo is told when this one is on the list.
    for (let tries = 0; props.limit > 1 && tries < 35 && listed() === before; tries += 1) {
      await new Promise((done) => setTimeout(done, 20));
    }
  }
  sending.textContent = '';
  active = false;
  if (list) keep(kept);
}

function keep(photos) {
  kept = photos;
  props.value = { photos, left_out: leftOut, sending: waiting.length + Number(active) };
  list.replaceChildren(...photos.map(tile));
}

function tile(photo, index) {
  const item = document.createElement('li');
  item.innerHTML = `<div class="tile"><span class="tile-picture"></span>
    <span class="tile-title"></span><span class="tile-note"></span></div>
    <button type="button" class="tile-remove">×</button>`;
  const [box, picture, title, note, remove] = ['.tile', '.tile-picture', '.tile-title', '.tile-note', 'button']
    .map((each) => item.querySelector(each));
  title.textContent = photo.name;
  note.textContent = props.reasons[photo.refused] ?? '';
  box.classList.toggle('refused', Boolean(photo.refused));
  if (photo.picture) {
    const image = Object.assign(new Image(), { alt: '', loading: 'lazy', decoding: 'async' });
    image.onerror = () => image.remove(); // a kind that this browser cannot show
    image.src = photo.picture;
    picture.append(image);
  }
  remove.setAttribute('aria-label', `${props.remove}: ${photo.name}`);
  remove.onclick = () => {
    URL.revokeObjectURL(photo.picture);
    leftOut = 0;
    keep(kept.filter((each) => each !== photo));
    (list.children[Math.min(index, kept.length - 1)]?.querySelector('button') ?? input).focus();
  };
  return item;
}

function take(files) {
  const room = list ? props.limit - kept.length - waiting.length - Number(active) : props.limit;
  const taken = files.slice(0, Math.max(room, 0)).map((file) => ({ file }));
  if (list && files.length > taken.length) leftOut = files.length - taken.length;
  if (!taken.length) return list && keep(kept);
  // What comes first goes on the stage, and says how many were too many.
  Object.assign(taken[0], { first: true, left_out: files.length - taken.length });
  waiting.push(...taken);
  sendAll();
}

input.addEventListener('change', () => {
  take([...input.files]);
  input.value = '';
});
element.querySelector('[data-photos]').addEventListener('photos', (event) => take(event.detail));
if (list && kept.length) keep(kept);
