// Photos are sent one by one as they come; what is no photo is told by its name and never sent.
const input = element.querySelector('input[type=file]');
const sending = element.querySelector('.drop-sending');
const config = window.gradio_config ?? {};
const address = `${config.root ?? ''}${config.api_prefix ?? '/gradio_api'}/upload`;
let waiting = [];
let active = false;

const listed = () => document.querySelectorAll('#tiles .tile').length;

function reason(file) {
  if (file.type && !file.type.startsWith('image/')) return 'kind';
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
    const before = listed();
    trigger('upload', { photo, ...drop });
    // Answers may overtake each other: the next photo is told when this one is on the list.
    for (let tries = 0; props.limit > 1 && tries < 35 && listed() === before; tries += 1) {
      await new Promise((done) => setTimeout(done, 20));
    }
  }
  sending.textContent = '';
  active = false;
}

function take(files) {
  const taken = files.slice(0, props.limit).map((file) => ({ file }));
  if (!taken.length) return;
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
