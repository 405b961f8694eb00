// Passkeys, the only thing that needs a script: everything else signs in without. Nothing is kept on the page.
(function () {
  "use strict";
  if (!window.PublicKeyCredential) return;

  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (sign) {
      return sign.charCodeAt(0);
    });
  }
  function text(buffer) {
    if (!buffer) return null;
    var plain = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }
  function described(list) {
    return (list || []).map(function (one) {
      return Object.assign({}, one, { id: bytes(one.id) });
    });
  }
  function asked(options) {
    var key = Object.assign({}, options.publicKey);
    key.challenge = bytes(key.challenge);
    if (key.user) key.user = Object.assign({}, key.user, { id: bytes(key.user.id) });
    if (key.allowCredentials) key.allowCredentials = described(key.allowCredentials);
    if (key.excludeCredentials) key.excludeCredentials = described(key.excludeCredentials);
    return { publicKey: key };
  }
  function said(credential) {
    var answer = credential.response;
    var found = {
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      clientExtensionResults: credential.getClientExtensionResults(),
      response: { clientDataJSON: text(answer.clientDataJSON) },
    };
    if (answer.attestationObject) found.response.attestationObject = text(answer.attestationObject);
    if (answer.authenticatorData) {
      found.response.authenticatorData = text(answer.authenticatorData);
      found.response.signature = text(answer.signature);
      found.response.userHandle = text(answer.userHandle);
    }
    return JSON.stringify(found);
  }

  document.querySelectorAll("[data-ens-cle]").forEach(function (block) {
    var form = block.querySelector("form");
    block.hidden = false;
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      event.stopPropagation();
      var token = form.querySelector("[name=csrfmiddlewaretoken]").value;
      fetch(block.dataset.ensQuestion, { method: "POST", headers: { "X-CSRFToken": token } })
        .then(function (answer) {
          if (!answer.ok) throw new Error(answer.status);
          return answer.json();
        })
        .then(function (options) {
          var question = asked(options);
          return block.dataset.ensCle === "ajout" ? navigator.credentials.create(question) : navigator.credentials.get(question);
        })
        .then(function (credential) {
          form.querySelector("[name=reponse]").value = said(credential);
          form.submit();
        })
        .catch(function () {
          block.querySelector("[role=status]").textContent = block.dataset.ensEchec;
        });
    });
  });
})();
