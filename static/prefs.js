// Before the first paint: the theme and the language that were chosen by hand last time, so that
// nothing flashes. The page owns these two keys; without them the system's wish holds.
// A classic script on purpose: it must run before the body is drawn.
(function () {
  "use strict";
  var root = document.documentElement;
  function saved(key) {
    try {
      return window.localStorage.getItem(key);
    } catch (e) {
      return null; // storage may be forbidden
    }
  }
  var theme = saved("kafkascope.theme");
  if (theme === "light" || theme === "dark") root.setAttribute("data-theme", theme);
  var lang = saved("kafkascope.lang");
  if (lang !== "en" && lang !== "zh-CN") {
    lang = /^zh\b/i.test(navigator.language || "") ? "zh-CN" : "en";
  }
  root.lang = lang;
})();
