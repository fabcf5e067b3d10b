// The live side of the console. Everything it inserts was rendered and escaped by the server.

const SILENCE_MS = 4000; // the server speaks every two seconds; the page says "lost" before five are over
const STILL_MS = 3000; // a pointer that moved over the alerts so lately may be about to press something
const SHOWN = 50;

const root = document.documentElement;
const list = document.getElementById("list");
const newButton = document.getElementById("new");
const said = document.getElementById("said");
const title = document.title;

let sequence = Number(root.dataset.sequence);
let heardAt = performance.now();
let pointerAt = -STILL_MS;
let waiting = []; // new cards, oldest first, held back while somebody is reading
let unseen = 0;
let saidTroubles;
let source;

function toCard(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.querySelector("article");
}

function reading() {
  return (
    window.scrollY > 40 ||
    performance.now() - pointerAt < STILL_MS ||
    list.contains(document.activeElement)
  );
}

function showWaiting() {
  for (const card of waiting) list.prepend(card);
  waiting = [];
  while (list.children.length > SHOWN) list.lastElementChild.remove();
  document.getElementById("empty").hidden = list.children.length > 0;
  newButton.hidden = true;
}

function offerWaiting() {
  const count = waiting.length;
  newButton.textContent = count === 1 ? newButton.dataset.one : newButton.dataset.many.replace("{count}", count);
  newButton.hidden = count === 0;
}

function onAlert(event) {
  heard();
  sequence = Number(event.lastEventId);
  const card = toCard(JSON.parse(event.data).html);
  const held = waiting.findIndex((other) => other.id === card.id);
  const shown = document.getElementById(card.id);
  if (held >= 0) {
    card.classList.add("fresh");
    waiting[held] = card;
  } else if (shown) {
    update(shown, card);
  } else {
    card.classList.add("fresh");
    waiting.push(card);
    said.textContent = card.dataset.said;
    if (document.hidden) unseen += 1;
    document.title = unseen ? `(${unseen}) ${title}` : title;
  }
  if (reading()) offerWaiting();
  else showWaiting();
}

function update(shown, card) {
  // In place, keeping the keyboard's focus: the alert got better, the reader's place must not move.
  const links = [...shown.querySelectorAll("a")];
  const focused = links.indexOf(document.activeElement);
  card.className = shown.className;
  shown.replaceWith(card);
  if (focused >= 0) card.querySelectorAll("a")[focused].focus({ preventScroll: true });
}

function heard() {
  heardAt = performance.now();
  show(true);
}

function show(live) {
  document.getElementById("lost").hidden = live;
  document.getElementById("live").className = live ? "live on" : "live off";
  const words = document.getElementById("live-words");
  words.textContent = live ? words.dataset.on : words.dataset.off;
}

function connect() {
  source = new EventSource(`/events?after=${sequence}`);
  source.addEventListener("hello", (event) => {
    // Another run of the server may have another list and another database: start afresh.
    if (JSON.parse(event.data).run !== root.dataset.run) location.reload();
    else heard();
  });
  source.addEventListener("alert", onAlert);
  source.addEventListener("status", (event) => {
    heard();
    const now = JSON.parse(event.data);
    document.getElementById("cameras").innerHTML = now.cameras;
    const troubles = document.getElementById("troubles");
    if (now.troubles !== saidTroubles) troubles.innerHTML = saidTroubles = now.troubles; // read aloud once
  });
  source.addEventListener("beat", heard);
  source.addEventListener("out", () => location.assign("/sign-in?next=/"));
}

function tick() {
  if (performance.now() - heardAt > SILENCE_MS) {
    show(false);
    if (source.readyState === EventSource.CLOSED) connect(); // the browser gave up; we do not
  }
  if (waiting.length && !reading()) showWaiting();
}

newButton.addEventListener("click", () => {
  showWaiting();
  window.scrollTo({ top: 0 });
  list.querySelector("article a")?.focus({ preventScroll: true });
});
// A picture that is not there any more: its words, not a broken frame.
function withoutPicture(image) {
  const words = document.createElement("p");
  words.className = "gone";
  words.textContent = image.alt;
  image.closest("a").replaceWith(words);
}
list.addEventListener("error", (event) => event.target.matches("img") && withoutPicture(event.target), true);
for (const image of list.querySelectorAll("img")) {
  if (image.complete && !image.naturalWidth) withoutPicture(image);
}
list.addEventListener("pointermove", () => (pointerAt = performance.now()));
list.addEventListener("pointerdown", () => (pointerAt = performance.now()));
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unseen = 0;
  document.title = title;
});

connect();
setInterval(tick, 500);
