// What every live page shares: the stream, "not live", what waits for whoever is signed in, and the sound of alerts.

const SILENCE_MS = 4000; // the server speaks every two seconds; the page says "lost" before five are over
const EVERY_MS = 2000; // between two tones
export const NOTHING_BEFORE = Number.MAX_SAFE_INTEGER; // for pages that show no alerts

const root = document.documentElement;
const waiting = document.getElementById("waiting");
const unmute = document.getElementById("unmute");
let sounding = Number(waiting?.dataset.sounding ?? 0);
let audio;

// Browsers let a page speak only after somebody has touched it: until then the page says so.
function allow() {
  audio ??= new AudioContext();
  audio.resume().then(sayWhetherHeard);
}

function sayWhetherHeard() {
  root.dataset.sounding = sounding > 0 ? "yes" : "no";
  unmute.hidden = sounding === 0 || audio?.state === "running";
}

function tone(hertz, from) {
  const voice = audio.createOscillator();
  const volume = audio.createGain();
  voice.type = "square";
  voice.frequency.value = hertz;
  volume.gain.value = 0.4;
  voice.connect(volume).connect(audio.destination);
  voice.start(audio.currentTime + from);
  voice.stop(audio.currentTime + from + 0.25);
}

function sound() {
  sayWhetherHeard();
  if (sounding === 0 || audio?.state !== "running") return;
  tone(880, 0);
  tone(660, 0.3);
  tone(880, 0.6);
}

function onWaiting(event) {
  const now = JSON.parse(event.data);
  sounding = Number(now.sounding);
  waiting.innerHTML = now.html;
  const badge = document.getElementById("badge");
  if (badge) {
    badge.hidden = now.lists === "0";
    document.getElementById("badge-count").textContent = now.lists;
  }
  sayWhetherHeard();
}

// Whoever signs out is told so by the page that comes: the stream's "out" would lead elsewhere before.
export function beforeSigningOut(hush) {
  document.querySelector("form[action='/sign-out']")?.addEventListener("submit", hush);
}

// Opens the stream and keeps it open; "handlers" are for further events, and for every tick.
export function listen(after, handlers = {}, { hidden = true, lists = false } = {}) {
  let heardAt = performance.now();
  let source;

  function heard() {
    heardAt = performance.now();
    show(true);
  }

  function show(live) {
    const lost = document.getElementById("lost");
    if (!lost) return;
    lost.hidden = live;
    document.getElementById("live").className = live ? "live on" : "live off";
    const words = document.getElementById("live-words");
    words.textContent = live ? words.dataset.on : words.dataset.off;
  }

  function connect() {
    heardAt = performance.now();
    source = new EventSource(`/events?after=${after()}${lists ? "&list=true" : ""}`);
    source.addEventListener("hello", (event) => {
      // Another run of the server may have another list and another database: start afresh.
      if (root.dataset.run && JSON.parse(event.data).run !== root.dataset.run) location.reload();
      else heard();
    });
    source.addEventListener("waiting", onWaiting);
    source.addEventListener("beat", heard);
    source.addEventListener("out", () => location.assign(`/sign-in?next=${encodeURIComponent(location.pathname)}`));
    for (const [name, handle] of Object.entries(handlers)) {
      if (name === "tick") continue;
      source.addEventListener(name, (event) => {
        heard();
        handle(event);
      });
    }
  }

  function tick() {
    if (!hidden && document.hidden) return;
    if (performance.now() - heardAt > SILENCE_MS) {
      show(false);
      if (source.readyState === EventSource.CLOSED) connect(); // the browser gave up; we do not
    }
    handlers.tick?.();
  }

  // A browser has few connections: pages that only count are silent while nobody sees them.
  if (!hidden) {
    document.addEventListener("visibilitychange", () => {
      source.close();
      if (!document.hidden) connect();
    });
  }
  beforeSigningOut(() => source.close());
  connect();
  setInterval(tick, 500);
  setInterval(sound, EVERY_MS);
  sayWhetherHeard();
  for (const touch of ["pointerdown", "keydown"]) document.addEventListener(touch, allow);
}

// A picture that is not there any more: its words, not a broken frame.
function withoutPicture(image) {
  const words = document.createElement("p");
  words.className = "gone";
  words.textContent = image.alt;
  image.closest("a").replaceWith(words);
}

export function withoutBrokenPictures(within) {
  within.addEventListener("error", (event) => event.target.matches("img") && withoutPicture(event.target), true);
  for (const image of within.querySelectorAll("img")) {
    if (image.complete && !image.naturalWidth) withoutPicture(image);
  }
}
