// Floor plans that can be looked at closely: Leaflet under the very marks that the server drew. Without it they stand still.
import { CRS, DivIcon, ImageOverlay, Map as Plan, Marker, SVGOverlay } from "leaflet/dist/leaflet-src.esm.js";

const ASK_MS = 5000;
const ASK_AT_MOST_MS = 15000; // a server that is silent for so long is not there
const main = document.getElementById("main");

// The picture becomes a map of its own pixels; a finger moves it only once it is larger than its frame: else the page moves.
function opened(frame) {
  const picture = frame.querySelector("img");
  const marks = frame.querySelector(".marks");
  const [width, height] = ["width", "height"].map((name) => Number(picture.getAttribute(name)));
  const bounds = [[0, 0], [height, width]];
  frame.style.aspectRatio = `${width} / ${height}`;
  const words = picture.alt;
  const source = picture.src;
  picture.remove();
  marks.remove();
  const plan = new Plan(frame, {
    crs: CRS.Simple,
    minZoom: -6,
    maxZoom: 2,
    zoomSnap: 0,
    zoomDelta: 0.5,
    attributionControl: false,
    zoomControl: false,
    scrollWheelZoom: false,
    zoomAnimation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    maxBounds: bounds,
    maxBoundsViscosity: 1,
  });
  new ImageOverlay(source, bounds, { alt: words }).addTo(plan);
  const whole = () => plan.getBoundsZoom(bounds);
  const fit = () => {
    plan.setMinZoom(whole());
    plan.fitBounds(bounds, { animate: false });
  };
  const settle = () => plan.dragging[plan.getZoom() > whole() + 0.01 ? "enable" : "disable"]();
  plan.on("zoomend", settle);
  plan.on("resize", () => plan.getZoom() <= plan.getMinZoom() + 0.01 && fit());
  fit();
  settle();
  buttons(plan, frame);
  return { plan, bounds, marks, width, height };
}

// Buttons of our own: Leaflet's are links that lead nowhere.
function buttons(plan, frame) {
  const box = document.createElement("div");
  box.className = "zoom";
  for (const [sign, words, act] of [["+", frame.dataset.zoomIn, "zoomIn"], ["−", frame.dataset.zoomOut, "zoomOut"]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = sign;
    button.setAttribute("aria-label", words);
    button.addEventListener("click", () => plan[act]());
    box.append(button);
  }
  frame.before(box);
}

function look(frame) {
  const { plan, bounds, marks } = opened(frame);
  new SVGOverlay(marks, bounds).addTo(plan);
  marks.classList.add("tidy");
  plan.on("zoomend resize", () => tidy(marks));
  tidy(marks);
  return marks;
}

// Names that would lie upon each other: the last place first, then what does not see, then the path; each takes the first
// free side of its mark, and one without a free side is read in the list beside it.
function tidy(marks) {
  const all = [...marks.querySelectorAll(".mark")];
  const weight = (mark) => ["last", "lost", "on"].findIndex((name) => mark.classList.contains(name)) + 1 || 4;
  const taken = all.map((mark) => (mark.querySelector(".stop") ?? mark.querySelector(".lamp")).getBoundingClientRect());
  const frame = marks.getBoundingClientRect();
  const fits = (box) =>
    box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom &&
    !taken.some((one) => box.left < one.right && one.left < box.right && box.top < one.bottom && one.top < box.bottom);
  for (const mark of all.sort((one, other) => weight(one) - weight(other))) {
    const label = mark.querySelector(".label");
    const half = Number(mark.dataset.half);
    const [side, above, below] = [half + 9, -24, 32];
    label.classList.remove("crowded");
    const [beside, over] = [[[side, 5, "start"], [-side, 5, "end"]], [[0, above, "middle"], [0, below, "middle"]]];
    const sides = mark.classList.contains("on") ? [...over, ...beside] : [...beside, ...over]; // a path runs sideways
    for (const y of [above, below]) sides.push([half, y, "end"], [-half, y, "start"]);
    const free = sides.some(([x, y, anchor]) => {
      label.setAttribute("x", x);
      label.setAttribute("y", y);
      label.style.textAnchor = anchor;
      return fits(label.getBoundingClientRect());
    });
    label.classList.toggle("crowded", !free);
    if (free) taken.push(label.getBoundingClientRect());
  }
}

// Drawing: each camera of this floor is dragged, or follows its fields.
function draw(frame) {
  const { plan, width, height } = opened(frame);
  const unsaved = document.getElementById("unsaved");
  for (const row of document.querySelectorAll(".spots tbody tr")) {
    const [floor, x, y] = ["floor", "x", "y"].map((name) => row.querySelector(`[name=${name}]`));
    const pin = new Marker([0, 0], {
      draggable: true,
      keyboard: false, // the fields are the keyboard's way
      icon: new DivIcon({ className: "pin", iconSize: null }),
    });
    const name = document.createElement("span"); // an element: text would be taken for HTML
    name.textContent = row.dataset.camera;
    pin.bindTooltip(name, { permanent: frame.clientWidth > 600, direction: "right", offset: [12, 0], className: "pin-name" });
    const follow = () => {
      if (floor.value !== frame.dataset.draw) return pin.remove();
      pin.setLatLng([height * (1 - Number(y.value) / 100), (width * Number(x.value)) / 100]).addTo(plan);
    };
    pin.on("drag", () => {
      const at = pin.getLatLng();
      const share = (value, whole) => (Math.min(1, Math.max(0, value / whole)) * 100).toFixed(1);
      [x.value, y.value] = [share(at.lng, width), share(height - at.lat, height)];
      unsaved.textContent = unsaved.dataset.words;
    });
    pin.on("dragend", follow);
    for (const field of [floor, x, y]) {
      field.addEventListener("input", () => {
        unsaved.textContent = unsaved.dataset.words;
        follow();
      });
    }
    follow();
  }
}

// How the cameras are doing is asked again and again; a page that is not answered says that it is not live.
async function follow() {
  const asOf = document.getElementById("as-of");
  let time = asOf.textContent.match(/\d+:\d+:\d+/)?.[0] ?? "";
  for (;;) {
    try {
      const answer = await fetch(main.dataset.state, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(ASK_AT_MOST_MS) });
      if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
      const told = await answer.json();
      time = told.as_of;
      show(told);
      say(asOf, asOf.dataset.live, time, true);
    } catch {
      say(asOf, asOf.dataset.lost, time, false);
    }
    await new Promise((go) => {
      setTimeout(go, ASK_MS);
      document.addEventListener("visibilitychange", go, { once: true }); // whoever comes back wants to know now
    });
  }
}

function say(line, words, time, live) {
  line.textContent = words.replace("{time}", time);
  line.className = live ? "quiet" : "fault";
  if (live) line.removeAttribute("role");
  else line.setAttribute("role", "alert"); // read aloud once, not every five seconds
}

function show(told) {
  for (const one of document.querySelectorAll("[data-camera]")) {
    const [condition, words] = told.cameras[one.dataset.camera] ?? ["lost", ""];
    for (const other of ["starting", "watching", "lost", "ended"]) one.classList.toggle(other, other === condition);
    const said = one.querySelector(".said-words, .word");
    if (words) said.textContent = said.matches(".word") ? ` · ${words}` : words;
  }
  for (const marks of looked) tidy(marks);
  document.getElementById("path-news").hidden = told.news === main.dataset.news;
}

const looked = [];
for (const frame of document.querySelectorAll(".plan")) {
  if (frame.dataset.draw) draw(frame);
  else looked.push(look(frame));
}
if (main.dataset.state) follow();
