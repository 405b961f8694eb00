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

  // Without a network, nothing is sent and nothing is lost: the page stays, and says why. Nothing is kept on the
  // device either: what was typed lives in this page alone.
  function warn(text) {
    var region = document.getElementById("annonces");
    if (!region || !text) return;
    var notice = document.createElement("div");
    notice.className = "ens-etat fr-alert fr-alert--warning fr-alert--sm";
    notice.id = "hors-ligne";
    notice.tabIndex = -1;
    notice.appendChild(document.createElement("p")).textContent = text;
    region.replaceChildren(notice);
    return notice;
  }
  function said(what) {
    var region = document.getElementById("annonces");
    return region ? region.dataset[what] : "";
  }
  function stay(event, what) {
    event.preventDefault();
    var notice = warn(said(what));
    if (notice) notice.focus();
  }
  window.addEventListener("offline", function () {
    warn(said("ensHorsLigne"));
  });
  window.addEventListener("online", function () {
    var notice = document.getElementById("hors-ligne");
    if (notice) notice.remove();
  });
  if (navigator.onLine === false) warn(said("ensHorsLigne"));
  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[href]");
    if (navigator.onLine === false && link && link.origin === location.origin && link.pathname + link.search !== location.pathname + location.search) {
      stay(event, "ensHorsLigne");
    }
  });
  // A form that carries something typed asks first whether we can be reached, then leaves once.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented) return;
    if (navigator.onLine === false) return stay(event, "ensHorsLigne");
    if (form.method !== "post" || !form.hasAttribute("data-ens-garde") || form.ensJoint) return;
    event.preventDefault();
    if (form.ensEnvoi) return;
    form.ensEnvoi = true;
    var button = event.submitter;
    fetch("/healthz", { method: "HEAD", cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(10000) }).then(
      function () {
        form.ensJoint = true;
        form.requestSubmit(button || undefined);
      },
      function () {
        form.ensEnvoi = false;
        stay(event, "ensInjoignable");
      }
    );
  });
  // Back to a page kept by the browser: its form may leave again.
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-ens-garde]").forEach(function (form) {
      form.ensEnvoi = form.ensJoint = false;
    });
  });

  // What is being written is kept, two seconds after the last letter. Nothing stays on the device.
  document.querySelectorAll("form[data-ens-brouillon]").forEach(function (form) {
    var state = form.querySelector("[data-ens-brouillon-etat]"), names = ["corps", "objet", "destinataire", "pharmacie"];
    function typed() {
      var body = new FormData(), all = new FormData(form);
      names.forEach(function (name) { if (all.has(name)) body.append(name, all.get(name)); });
      return body;
    }
    function words() { return JSON.stringify(Array.from(typed())); }
    var waiting = 0, kept = words(), leaving = false;
    function keep() {
      waiting = 0;
      if (leaving || words() === kept || navigator.onLine === false) return;
      var said = words(), body = typed();
      body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
      body.append("acte", "seul");
      body.append("vu", form.elements.vu.value);
      body.append("jeton", form.elements.jeton.value);
      fetch(form.dataset.ensBrouillon, { method: "POST", body: body, credentials: "same-origin", keepalive: true }).then(function (answer) {
        if (answer.status === 422) return answer.text().then(function (text) { state.textContent = text; });
        if (answer.status !== 204) return;
        kept = said;
        form.elements.vu.value = answer.headers.get("X-Ens-Brouillon");
        state.textContent = body.get("corps").trim() || body.get("objet") ? form.dataset.ensGardeDit : "";
      }, function () {});
    }
    form.addEventListener("input", function (event) {
      if (!names.includes(event.target.name)) return;
      clearTimeout(waiting);
      waiting = setTimeout(keep, 2000);
    });
    form.addEventListener("focusout", function () {
      if (!waiting) return;
      clearTimeout(waiting);
      keep();
    });
    form.addEventListener("submit", function () { leaving = true; clearTimeout(waiting); });
    window.addEventListener("pagehide", keep);
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

  // A record left open before nobody: after a while without a key or a pointer, the screen says nothing of it.
  document.querySelectorAll("[data-ens-referme]").forEach(function (page) {
    var waiting = 0;
    function wait() {
      clearTimeout(waiting);
      waiting = setTimeout(function () { location.replace(page.dataset.ensVers); }, Number(page.dataset.ensReferme) * 60000);
    }
    ["keydown", "pointerdown", "scroll"].forEach(function (act) {
      window.addEventListener(act, wait, { passive: true });
    });
    wait();
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

  // The picture of a page, larger: it moves inside its frame, and the frame keeps its place.
  document.querySelectorAll("[data-ens-agrandi]").forEach(function (frame) {
    var sizes = [100, 150, 200, 300];
    var looks = ["", "ens-apercu__fond--150", "ens-apercu__fond--200", "ens-apercu__fond--300"];
    var place = 0;
    var buttons = document.querySelectorAll("[data-ens-zoom]");
    function show() {
      looks.forEach(function (look, index) {
        if (look) frame.classList.toggle(look, index === place);
      });
      buttons.forEach(function (button) {
        var next = place + Number(button.dataset.ensZoom);
        button.setAttribute("aria-disabled", next < 0 || next >= sizes.length ? "true" : "false");
      });
    }
    buttons.forEach(function (button) {
      button.hidden = false;
      button.addEventListener("click", function () {
        var next = place + Number(button.dataset.ensZoom);
        if (next < 0 || next >= sizes.length) return;
        place = next;
        show();
        announce(frame.dataset.ensAgrandi.replace("{taille}", sizes[place] + "\u00a0%"));
      });
    });
    show();
  });

  // A switch that saves at once: its button, needed without JavaScript, steps aside.
  document.querySelectorAll("form[data-ens-immediat]").forEach(function (form) {
    var button = form.querySelector("[type=submit]");
    if (button) button.hidden = true;
    form.addEventListener("change", function () {
      form.requestSubmit();
    });
  });

  // Without a script, the browser's own menu prints the same page.
  document.querySelectorAll("[data-ens-imprimer]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      window.print();
    });
  });

  function weight(size) {
    if (size < 1000) return size + "\u00a0octets";
    if (size < 999500) return Math.round(size / 1000) + "\u00a0Ko";
    return (size / 1e6).toFixed(1).replace(".0", "").replace(".", ",") + "\u00a0Mo";
  }

  // Documents ticked: what they weigh together, against what a message carries.
  document.querySelectorAll("[data-ens-poids-en-tout]").forEach(function (group) {
    var most = Number(group.dataset.ensPoidsEnTout);
    var line = group.querySelector("[data-ens-poids-dit]");
    group.addEventListener("change", function () {
      var all = Array.from(group.querySelectorAll("[data-ens-poids]:checked")).reduce(function (sum, box) {
        return sum + Number(box.dataset.ensPoids);
      }, 0);
      if (all > most) line.textContent = group.dataset.ensTropEnTout.replace("{taille}", weight(all));
      else line.textContent = all ? group.dataset.ensReste.replace("{taille}", weight(most - all)) : "";
    });
  });

  // File fields: what is chosen is said in the page's words, and judged on its size before it leaves.
  document.querySelectorAll("[data-ens-fichiers]").forEach(function (zone) {
    var field = zone.querySelector("input[type=file]");
    var line = zone.querySelector("[data-ens-choisi]");
    var limit = Number(zone.dataset.ensLimite || 0);
    zone.classList.add("ens-fichiers--script");
    zone.querySelectorAll("[data-ens-avec-script]").forEach(function (part) {
      part.hidden = false;
    });
    function tell() {
      var files = Array.from(field.files);
      var heavy = files.find(function (file) {
        return limit && file.size > limit;
      });
      var all = files.reduce(function (sum, file) { return sum + file.size; }, 0);
      var total = Number(zone.dataset.ensTotal || 0);
      if (heavy) line.textContent = zone.dataset.ensTropLourd.replace("{taille}", weight(heavy.size));
      else if (total && all > total) line.textContent = zone.dataset.ensTropEnTout.replace("{taille}", weight(all + Number(zone.dataset.ensEnTout) - total));
      else {
        line.textContent = files.map(function (file) { return file.name + ", " + weight(file.size); }).join("\u00a0; ");
        if (total && all) line.textContent += ". " + zone.dataset.ensReste.replace("{taille}", weight(total - all));
      }
    }
    // In an answer, what is chosen is kept at once with what is begun, and shown with what is kept already.
    var form = field.form, address = form && form.querySelector("[data-ens-gardes]") && form.dataset.ensBrouillon;
    function keep() {
      tell();
      var files = Array.from(field.files), all = files.reduce(function (sum, file) { return sum + file.size; }, 0);
      var isTooMuch = all > Number(zone.dataset.ensTotal || 0) || files.some(function (file) { return limit && file.size > limit; });
      if (!address || !all || isTooMuch || navigator.onLine === false) return;
      var body = new FormData();
      body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
      body.append("corps", form.elements.corps.value);
      body.append("acte", "seul");
      body.append("vu", form.elements.vu.value);
      body.append("jeton", form.elements.jeton.value);
      files.forEach(function (file) { body.append(field.name, file); });
      fetch(address, { method: "POST", body: body, credentials: "same-origin" }).then(function (answer) {
        return answer.text().then(function (text) {
          if (answer.status !== 200) {
            line.textContent = answer.status === 422 ? text : zone.dataset.ensNonGarde;
            return;
          }
          var found = new DOMParser().parseFromString(text, "text/html").querySelector("[data-ens-gardes]");
          form.querySelector("[data-ens-gardes]").replaceWith(found);
          form.elements.vu.value = answer.headers.get("X-Ens-Brouillon");
          field.value = ""; // kept there now: it does not leave twice
          zone.dataset.ensTotal = found.dataset.ensTotal;
          line.textContent = zone.dataset.ensGarde;
        });
      }, function () { line.textContent = zone.dataset.ensNonGarde; });
    }
    field.addEventListener("change", keep);
    tell();
    ["dragenter", "dragover"].forEach(function (name) {
      zone.addEventListener(name, function (event) {
        event.preventDefault();
        zone.classList.add("ens-fichiers--survol");
      });
    });
    ["dragleave", "drop"].forEach(function (name) {
      zone.addEventListener(name, function (event) {
        event.preventDefault();
        zone.classList.remove("ens-fichiers--survol");
      });
    });
    zone.addEventListener("drop", function (event) {
      if (event.dataTransfer.files.length === 0) return;
      if (event.dataTransfer.files.length > 1 && !field.multiple) {
        line.textContent = zone.dataset.ensUnSeul;
        return;
      }
      field.files = event.dataTransfer.files;
      keep();
    });
  });

  // An error summary takes the focus, so that it is read first.
  var summary = document.querySelector("[data-ens-erreurs]");
  if (summary) summary.focus();
})();
