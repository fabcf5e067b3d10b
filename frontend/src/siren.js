// A page that makes noise while nobody has looked at a possible match. Browsers allow sound only after a click.
import { beforeSigningOut } from "../shared/live.js";

const SILENCE_MS = 5000; // the server speaks every two seconds

const box = document.getElementById("siren");
const words = document.getElementById("siren-words");
const lost = document.getElementById("lost");

let sound;
let heardAt = performance.now();
let source;

function arm() {
  if (!sound) {
    const context = new AudioContext();
    const volume = context.createGain();
    volume.gain.value = 0;
    volume.connect(context.destination);
    const tone = context.createOscillator();
    tone.type = "square";
    const wobble = context.createOscillator();
    const depth = context.createGain();
    tone.frequency.value = 800;
    wobble.frequency.value = 1.5;
    depth.gain.value = 250;
    wobble.connect(depth).connect(tone.frequency);
    tone.connect(volume);
    tone.start();
    wobble.start();
    sound = volume.gain;
  }
  document.getElementById("armed").hidden = false;
  sound.value = 0.4;
  setTimeout(show, 1000);
}

function show() {
  const rings = Number(box.dataset.count) > 0;
  box.classList.toggle("rings", rings);
  words.textContent = rings ? words.dataset.loud : words.dataset.quiet;
  document.title = rings ? words.dataset.loud : words.dataset.quiet;
  if (sound) sound.value = rings ? 0.4 : 0;
}

function heard() {
  heardAt = performance.now();
  lost.hidden = true;
}

function connect() {
  source = new EventSource("/events?siren=true");
  source.addEventListener("siren", (event) => {
    heard();
    box.dataset.count = JSON.parse(event.data).count;
    show();
  });
  source.addEventListener("beat", heard);
  source.addEventListener("out", () => location.assign("/sign-in?next=/siren"));
}

document.getElementById("arm").addEventListener("click", arm);
beforeSigningOut(() => source.close());
connect();
setInterval(() => {
  if (performance.now() - heardAt < SILENCE_MS) return;
  lost.hidden = false;
  if (source.readyState === EventSource.CLOSED) connect();
}, 500);
