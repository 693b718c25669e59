// Alt+1 to Alt+9, and Alt+0 for the tenth, open the pages of the menu. In the browser itself: the framework's own way
// tells the server of every key that is pressed, whatever is typed.
document.addEventListener("keydown", (event) => {
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(event.code);
  if (!digit || !event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
  const entry = document.querySelectorAll(".mp-entry")[(Number(digit[1]) || 10) - 1];
  if (entry) {
    event.preventDefault();
    location.assign(entry.href);
  }
});
