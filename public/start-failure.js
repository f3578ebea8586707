// Until the page has taken over, a script that fails must not leave a blank page. A file of its own,
// and in plain old JavaScript: the page's policy forbids inline scripts, and old browsers must read it.
addEventListener(
  'error',
  function (event) {
    var start = document.getElementById('start');
    if (!start) return;
    start.setAttribute('role', 'alert');
    start.textContent =
      'The page could not start' +
      (event.message ? ' (' + event.message + ')' : '') +
      '. Reload it; if that does not help, try an up-to-date Chrome, Edge, Firefox or Safari.';
  },
  true,
);
