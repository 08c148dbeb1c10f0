// The page has loaded when its frames have: then every application knows.
addEventListener("load", () => location.replace(document.getElementById("continue").href));
