// Shows push messages while no page is open. What comes names nobody: a place, a time, a link into the console.

self.addEventListener("push", (event) => {
  const said = event.data.json();
  const options = { body: said.body, tag: said.tag, renotify: true, requireInteraction: !said.test, data: said.link };
  event.waitUntil(self.registration.showNotification(said.title, options));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data));
});
