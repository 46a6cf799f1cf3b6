// What pages gain from a script; all of them work without it. Loaded before the page is drawn, so that a chosen
// theme shows at once; everything else waits for the document.
(function () {
  "use strict";
  const root = document.documentElement;
  let theme = null;
  try { theme = localStorage.getItem("theme"); } catch { /* Storage may be forbidden: the system's theme then. */ }
  if (theme === "dark" || theme === "light") root.dataset.theme = theme;

  function isDark() {
    return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  function nameThemeButton() {
    const button = document.querySelector("[data-theme-button]");
    if (!button) return;
    button.hidden = false;
    button.textContent = isDark() ? "Light" : "Dark";
    button.setAttribute("aria-label", isDark() ? "Light theme" : "Dark theme");
  }

  function changeTheme() {
    root.dataset.theme = isDark() ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* Holds for this page only. */ }
    nameThemeButton();
  }

  document.addEventListener("DOMContentLoaded", nameThemeButton);
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-theme-button]")) changeTheme();
  });
})();
