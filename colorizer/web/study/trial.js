// Shows trials one after the other and sends the answers. Runs inside Gradio's HTML component,
// which provides element, trigger, props, server and watch. What the server sends never says which
// side is real, except in the feedback on a practice trial that has got its vote.

const PAUSES_MS = [0, 600, 2500]; // before each attempt to reach the server
const ANSWER_MS = 15000; // a request that takes longer counts as failed
const BLANK_MS = 600; // eyes rest on an empty frame before a pair of limited exposure
const FEEDBACK_MS = 400; // a key that was meant for the answer must not skip the feedback

const words = props.words;
const section = element.querySelector(".study-trial");
const pair = element.querySelector(".study-pair");
const choices = [...element.querySelectorAll(".study-choice")];
const images = [...element.querySelectorAll("img")];
const notice = element.querySelector(".study-notice");
const nextButton = element.querySelector(".study-next");

let token = null;
let study = ""; // whose study it is: "" is the page's own
let trial = null; // the one on the screen
let shownAt = null; // when its pictures appeared; null while they may not be answered
let waiting = null; // the server's reply that follows the feedback
let feedbackAt = 0;
let hiding = null;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function ask(name, request) {
  for (const pause of PAUSES_MS) {
    if (pause) {
      notice.textContent = words.retrying;
      await sleep(pause);
    }
    const reply = await Promise.race([
      server[name](request).catch(() => null),
      sleep(ANSWER_MS),
    ]);
    if (reply) return reply;
  }
  return null;
}

async function answer(side) {
  if (shownAt === null) return;
  const response_ms = Math.round(performance.now() - shownAt);
  appearedAt(null);
  mark("chosen", side);
  const reply = await ask("vote", { study, token, trial: trial.id, choice: side, response_ms });
  if (reply) return receive(reply);
  notice.textContent = words.offline;
  mark("chosen", null);
  appearedAt(performance.now() - response_ms);
}

function receive(reply) {
  notice.textContent = reply.notice;
  if (reply.real) return explain(reply);
  return proceed(reply);
}

function explain(reply) {
  clearTimeout(hiding);
  pair.classList.remove("gone");
  notice.textContent = reply.choice === reply.real ? words.right : words.wrong;
  mark("chosen", reply.choice);
  reveal(reply.real);
  waiting = reply;
  feedbackAt = performance.now();
  if (reply.trial) new Image().src = reply.trial.picture;
  nextButton.hidden = false;
  nextButton.focus({ preventScroll: true });
}

function leaveFeedback(byPointer) {
  if (!waiting || (!byPointer && performance.now() - feedbackAt < FEEDBACK_MS)) return;
  const reply = waiting;
  waiting = null;
  nextButton.hidden = true;
  notice.textContent = reply.notice;
  proceed(reply);
}

async function proceed(reply) {
  if (!reply.trial) return stop(reply.notice);
  if (await show(reply.trial)) return;
  const again = await ask("next_pair", { study, token });
  if (!again?.trial || !(await show(again.trial))) stop(again ? again.notice : words.offline);
}

async function show(next) {
  const picture = new Image();
  picture.src = next.picture;
  try {
    await picture.decode();
  } catch {
    return false;
  }
  clearTimeout(hiding);
  trial = next;
  pair.classList.toggle("gone", next.exposure !== null);
  mark("chosen", null);
  reveal(null);
  pair.setAttribute("aria-label", next.alt);
  pair.style.setProperty("--ratio", next.half / next.height);
  pair.style.setProperty("--stretch", next.width / next.half);
  for (const image of images) image.src = next.picture;
  section.classList.toggle("practice", next.practice);
  element.querySelector(".study-count").textContent = `${next.number} / ${next.total}`;
  const done = (next.number - 1) / next.total;
  element.querySelector(".study-progress i").style.width = `${100 * done}%`;
  if (section.hidden) enter();
  if (next.exposure !== null) await sleep(BLANK_MS);
  await Promise.all(images.map((image) => image.decode().catch(() => null)));
  pair.classList.remove("gone");
  requestAnimationFrame(() => appear(next));
  return true;
}

function enter() {
  section.hidden = false;
  section.focus({ preventScroll: true });
  const { top, bottom } = section.getBoundingClientRect();
  if (top < 0 || bottom > window.innerHeight) section.scrollIntoView();
}

function appear(shown) {
  if (trial !== shown) return;
  appearedAt(performance.now());
  if (shown.exposure === null) return;
  hiding = setTimeout(() => {
    pair.classList.add("gone");
    if (shownAt !== null) notice.textContent = words.gone;
  }, shown.exposure * 1000);
}

function appearedAt(moment) {
  shownAt = moment;
  pair.setAttribute("aria-busy", String(moment === null));
}

function stop(sentence) {
  clearTimeout(hiding);
  appearedAt(null);
  trial = waiting = null;
  section.hidden = true;
  trigger("stop", { token, notice: sentence });
}

function mark(name, side) {
  for (const choice of choices) choice.classList.toggle(name, choice.dataset.side === side);
}

function reveal(side) {
  mark("real", side);
  pair.classList.toggle("revealed", side !== null);
  for (const choice of choices) {
    const told = choice.dataset.side === side ? words.was_real : words.was_invented;
    choice.querySelector(".study-label").textContent = side === null ? words.real : told;
  }
}

function pressed(event) {
  if (!element.isConnected) return document.removeEventListener("keydown", pressed);
  if (section.hidden || element.offsetParent === null) return;
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable=true]")) return;
  const side = { ArrowLeft: "left", 1: "left", ArrowRight: "right", 2: "right" }[event.key];
  if (!side) return;
  event.preventDefault();
  if (waiting) leaveFeedback(false);
  else answer(side);
}

for (const choice of choices) choice.addEventListener("click", () => answer(choice.dataset.side));
nextButton.addEventListener("click", (event) => leaveFeedback(event.detail > 0));
document.addEventListener("keydown", pressed);

function begin() {
  const value = props.value;
  if (!value?.token) {
    section.hidden = true;
    return;
  }
  token = value.token;
  study = value.study;
  receive(value);
}

watch("value", begin);
begin();
