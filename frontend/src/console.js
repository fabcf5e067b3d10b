// The live side of the console. Everything it inserts was rendered and escaped by the server.

import { listen, withoutBrokenPictures } from "../shared/live.js";

const STILL_MS = 3000; // a pointer that moved over the alerts so lately may be about to press something
const SHOWN = 50;

const root = document.documentElement;
const list = document.getElementById("list");
const newButton = document.getElementById("new");
const said = document.getElementById("said");
const title = document.title;

let sequence = Number(root.dataset.sequence);
let pointerAt = -STILL_MS;
let waiting = []; // new cards, oldest first, held back while somebody is reading
let unseen = 0;
let saidTroubles, saidQuiet;

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

function onStatus(event) {
  const now = JSON.parse(event.data);
  document.getElementById("cameras").innerHTML = now.cameras;
  const quiet = document.getElementById("quiet-start");
  if (now.quiet !== saidQuiet) quiet.innerHTML = saidQuiet = now.quiet; // a link in it keeps the focus
  const troubles = document.getElementById("troubles");
  if (now.troubles !== saidTroubles) troubles.innerHTML = saidTroubles = now.troubles; // read aloud once
}

function tick() {
  if (waiting.length && !reading()) showWaiting();
}

newButton.addEventListener("click", () => {
  showWaiting();
  window.scrollTo({ top: 0 });
  list.querySelector("article a")?.focus({ preventScroll: true });
});
withoutBrokenPictures(list);
list.addEventListener("pointermove", () => (pointerAt = performance.now()));
list.addEventListener("pointerdown", () => (pointerAt = performance.now()));
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unseen = 0;
  document.title = title;
});

// What this page lists has reached somebody.
listen(() => sequence, { alert: onAlert, status: onStatus, tick }, { lists: true });
