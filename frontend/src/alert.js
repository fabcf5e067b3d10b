// One alert: nothing on the page moves by itself; what is new is offered below.
import { listen, withoutBrokenPictures } from "../shared/live.js";

const root = document.documentElement;
const others = document.getElementById("others");
const known = new Set([root.dataset.alert]);
let sequence = Number(root.dataset.sequence);

function onAlert(event) {
  sequence = Number(event.lastEventId);
  const alert = JSON.parse(event.data);
  if (alert.alert_id === root.dataset.alert) {
    document.getElementById("news").hidden = alert.news === root.dataset.news;
    return;
  }
  if (!alert.html.includes('class="alert open"')) return;
  known.add(alert.alert_id);
  const count = known.size - 1;
  others.querySelector("a").textContent =
    count === 1 ? others.dataset.one : others.dataset.many.replace("{count}", count);
  others.hidden = false;
}

// An answer is a press that was meant: never an Enter that was still on its way from elsewhere.
document.querySelector(".answers")?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("button")) event.preventDefault();
});

withoutBrokenPictures(document.getElementById("main"));
listen(() => sequence, { alert: onAlert });
