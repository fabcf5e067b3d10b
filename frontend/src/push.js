// Push messages on this device: asks the browser for an address, and gives it to Hallwatch.

const form = document.getElementById("push");
const words = document.getElementById("push-words");

function bytes(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

async function subscribe(event) {
  event.preventDefault();
  if ((await Notification.requestPermission()) !== "granted") {
    words.textContent = form.dataset.refused;
    return;
  }
  try {
    const registration = await navigator.serviceWorker.register("/static/worker.js");
    const options = { userVisibleOnly: true, applicationServerKey: bytes(form.dataset.key) };
    const subscription = await registration.pushManager.subscribe(options);
    const fields = new FormData(form);
    fields.set("endpoint", subscription.endpoint);
    fields.set("public_key", text(subscription.getKey("p256dh")));
    fields.set("auth", text(subscription.getKey("auth")));
    const answer = await fetch(form.action, { method: "POST", body: fields, redirect: "manual" });
    if (answer.ok) location.reload();
    else words.textContent = answer.type === "opaqueredirect" ? form.dataset.impossible : await answer.text();
  } catch {
    words.textContent = form.dataset.impossible;
  }
}

if (form && "serviceWorker" in navigator && "PushManager" in window) {
  form.hidden = false;
  form.addEventListener("submit", subscribe);
}
