// Imports: a file that is too large is not sent, and the page of an import follows it without moving the focus.
const form = document.getElementById("hand-over");
const formWords = document.getElementById("hand-over-words");
form?.addEventListener("submit", (event) => {
  const files = [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const tooLarge = size > Number(form.dataset.most) - 65536;
  formWords.textContent = tooLarge ? form.dataset.tooLarge : form.dataset.sending;
  if (tooLarge) event.preventDefault();
});

const MOVING = ["reading", "taking"];
let run = document.getElementById("run");
const words = document.getElementById("run-words");

async function turn() {
  const answer = await fetch(`/imports/${run.dataset.import}/state`, { headers: { Accept: "application/json" } });
  if (answer.redirected || [401, 403, 404].includes(answer.status)) return location.reload();
  if (!answer.ok) throw new Error(answer.statusText);
  const told = await answer.json();
  if (told.stage !== run.dataset.stage) await change();
  else if (told.of) {
    const bar = document.getElementById("run-bar");
    if (bar) Object.assign(bar, { max: told.of, value: told.done });
  }
  if (words.textContent !== told.words) words.textContent = told.words;
  return told.stage;
}

// The part that changes is exchanged where it stands; what is focused outside of it stays so.
async function change() {
  const page = await fetch(location.href, { headers: { Accept: "text/html" } });
  const fresh = new DOMParser().parseFromString(await page.text(), "text/html").getElementById("run");
  if (!fresh) return location.reload();
  const within = run.contains(document.activeElement);
  run.replaceWith(fresh);
  run = fresh;
  if (within) run.focus({ preventScroll: true });
}

async function follow() {
  let stage = run.dataset.stage;
  while (stage !== "done" && stage !== "ended") {
    await new Promise((go) => setTimeout(go, MOVING.includes(stage) ? 700 : 4000));
    try {
      stage = (await turn()) ?? stage;
    } catch {
      words.textContent = run.dataset.lost;
    }
  }
}
if (run) follow();

// Only what the chosen kind of file needs is shown; without this script everything is.
const kind = document.getElementById("kind");
function fitting() {
  for (const part of form.querySelectorAll(".of")) part.hidden = !part.classList.contains(`of-${kind.value}`);
}
if (form) {
  kind.addEventListener("change", fitting);
  fitting();
}
