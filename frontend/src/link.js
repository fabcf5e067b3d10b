// A link is given to somebody else: show it with this console's own address.
const shown = document.getElementById("link");
shown.textContent = location.origin + shown.dataset.path;
