// Enhancements only: every page works without this file.
(function () {
  "use strict";

  function announce(text) {
    var region = document.getElementById("annonces");
    if (!region) return;
    var line = document.createElement("p");
    line.className = "fr-sr-only";
    line.textContent = text;
    region.replaceChildren(line);
  }

  // Without a network, what was typed is kept: say so before anything is sent.
  window.addEventListener("offline", function () {
    var region = document.getElementById("annonces");
    if (!region) return;
    var notice = document.createElement("div");
    notice.className = "ens-etat fr-alert fr-alert--warning fr-alert--sm";
    notice.id = "hors-ligne";
    notice.appendChild(document.createElement("p")).textContent = region.dataset.ensHorsLigne;
    region.replaceChildren(notice);
  });
  window.addEventListener("online", function () {
    var notice = document.getElementById("hors-ligne");
    if (notice) notice.remove();
  });

  // Panels close on Escape and when the focus or a click leaves them.
  document.querySelectorAll("details[data-ens-panneau]").forEach(function (panel) {
    panel.addEventListener("keydown", function (event) {
      if (event.key === "Escape" && panel.open) {
        panel.open = false;
        panel.querySelector("summary").focus();
      }
    });
    document.addEventListener("click", function (event) {
      if (!panel.contains(event.target)) panel.open = false;
    });
  });

  // Copy a text shown on the page.
  document.querySelectorAll("[data-ens-copier]").forEach(function (button) {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(button.dataset.ensCopier).then(function () {
        button.querySelector("[data-ens-libelle]").textContent = button.dataset.ensFait;
        announce(button.dataset.ensFait);
      });
    });
  });

  // A switch that saves at once: its button, needed without JavaScript, steps aside.
  document.querySelectorAll("form[data-ens-immediat]").forEach(function (form) {
    var button = form.querySelector("[type=submit]");
    if (button) button.hidden = true;
    form.addEventListener("change", function () {
      form.requestSubmit();
    });
  });

  // A drop zone around a file field: what is chosen is said, and judged on its size before it leaves.
  document.querySelectorAll("[data-ens-depot]").forEach(function (zone) {
    var field = zone.querySelector("input[type=file]");
    var said = zone.querySelector("[data-ens-choisi]");
    zone.classList.add("ens-depot--script");
    zone.querySelectorAll("[data-ens-avec-script]").forEach(function (part) {
      part.hidden = false;
    });
    function tell() {
      var file = field.files[0];
      var limit = Number(zone.dataset.ensLimite || 0);
      if (!file) {
        said.textContent = "";
        return;
      }
      var size = (file.size / 1e6).toFixed(1).replace(".", ",") + "\u00a0Mo";
      said.textContent = limit && file.size > limit ? zone.dataset.ensTropLourd.replace("{taille}", size) : file.name + ", " + size;
    }
    field.addEventListener("change", tell);
    ["dragenter", "dragover"].forEach(function (name) {
      zone.addEventListener(name, function (event) {
        event.preventDefault();
        zone.classList.add("ens-depot--survol");
      });
    });
    ["dragleave", "drop"].forEach(function (name) {
      zone.addEventListener(name, function (event) {
        event.preventDefault();
        zone.classList.remove("ens-depot--survol");
      });
    });
    zone.addEventListener("drop", function (event) {
      if (event.dataTransfer.files.length === 0) return;
      if (event.dataTransfer.files.length > 1) {
        said.textContent = zone.dataset.ensUnSeul;
        return;
      }
      field.files = event.dataTransfer.files;
      tell();
    });
  });

  // An error summary takes the focus, so that it is read first.
  var summary = document.querySelector("[data-ens-erreurs]");
  if (summary) summary.focus();
})();
