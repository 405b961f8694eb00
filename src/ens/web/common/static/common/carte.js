// The serial number of a carte Vitale, read by the device's camera: seen by this page alone, never sent, shown in its
// field for the person to compare and correct. Without it, the field is as it was.
(function () {
  "use strict";
  if (!window.ensLecture || !window.isSecureContext || !window.Worker || !window.WebAssembly) return;
  if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) return;
  var BAND = { x: 0.04, y: 0.36, width: 0.92, height: 0.28 }; // of the image, as the frame drawn over it
  var PATIENCE_MS = 60000;
  var START_MS = 20000;

  function script(address) {
    return new Promise(function (done, failed) {
      if (window.Tesseract) return done();
      var one = document.createElement("script");
      one.src = address;
      one.onload = done;
      one.onerror = failed;
      document.head.appendChild(one);
    });
  }
  function within(promise, ms) {
    return new Promise(function (done, failed) {
      setTimeout(failed, ms, new Error("too long"));
      promise.then(done, failed);
    });
  }
  function brought(address) {
    return fetch(address).then(function (answer) {
      if (!answer.ok) throw new Error(answer.status);
      return answer.arrayBuffer();
    });
  }
  // The library never says that a file did not come: they are brought first, and it finds them in the browser's cache.
  function files(base) {
    return Promise.all([
      script(base + "tesseract.min.js"),
      brought(base + "worker.min.js"),
      brought(base + "tesseract-core-simd-lstm.js"),
      brought(base + "tesseract-core-simd-lstm.wasm"),
      brought(base + "eng.traineddata"),
    ]);
  }
  function reader(base) {
    return Promise.resolve()
      .then(function () {
        return window.Tesseract.createWorker("eng", 1, {
          workerPath: base + "worker.min.js",
          corePath: base + "tesseract-core-simd-lstm.js",
          langPath: base.replace(/\/$/, ""),
          gzip: false,
          cacheMethod: "none", // nothing is kept on the device
          workerBlobURL: false,
          errorHandler: function () {},
        });
      })
      .then(function (worker) {
        return worker.setParameters({ tessedit_pageseg_mode: "6", user_defined_dpi: "300" }).then(function () {
          return worker;
        });
      });
  }

  document.querySelectorAll("[data-ens-lecture]").forEach(function (block) {
    var field = document.getElementById(block.dataset.ensLecture);
    var matricule = field.form.elements.matricule;
    var start = block.querySelector("[data-ens-lire]");
    var view = block.querySelector("[data-ens-vue]");
    var video = block.querySelector("video");
    var status = block.querySelector("[role=status]");
    var canvas = document.createElement("canvas");
    var turn = 0; // what was begun before the last stop ends by itself

    function say(what, more) {
      status.textContent = (block.dataset["ensDit" + what] || "").replace("%", more || "");
    }
    function stop() {
      turn += 1;
      if (video.srcObject) {
        video.srcObject.getTracks().forEach(function (track) {
          track.stop();
        });
      }
      video.srcObject = null;
      view.hidden = true;
      start.hidden = false;
    }
    function frame() {
      var width = video.videoWidth * BAND.width;
      var height = video.videoHeight * BAND.height;
      canvas.width = Math.min(1200, Math.max(800, width));
      canvas.height = (canvas.width * height) / width;
      canvas.getContext("2d").drawImage(video, video.videoWidth * BAND.x, video.videoHeight * BAND.y, width, height, 0, 0, canvas.width, canvas.height);
      return canvas;
    }
    function found(number) {
      stop();
      field.value = number;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      say("Lu", number.replace(/(\d{3})(?=\d)/g, "$1\u00a0"));
      field.focus();
    }
    function look(worker, mine, until) {
      var reads = new window.ensLecture.Reads();
      var shown = -1;
      function ended() {
        worker.terminate();
      }
      function next() {
        if (mine !== turn) return ended();
        if (Date.now() > until) {
          stop();
          say("Rien");
          start.focus();
          return ended();
        }
        if (video.readyState < 2 || video.currentTime === shown) return setTimeout(next, 60); // the same image is not a second read
        shown = video.currentTime;
        worker.recognize(frame()).then(function (result) {
          if (mine !== turn) return ended();
          var number = reads.push(window.ensLecture.numbers(result.data.text, matricule ? matricule.value : ""));
          if (number) {
            found(number);
            return ended();
          }
          if (reads.count) say("Compte", String(reads.count));
          setTimeout(next, 120);
        }, function () {
          if (mine === turn) {
            stop();
            say("Impossible");
          }
          ended();
        });
      }
      say("Cherche");
      next();
    }

    start.addEventListener("click", function () {
      var mine = ++turn;
      say("Demande");
      start.hidden = true;
      navigator.mediaDevices
        .getUserMedia({ audio: false, video: { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1080 } } })
        .then(
          function (stream) {
            if (mine !== turn) {
              return stream.getTracks().forEach(function (track) {
                track.stop();
              });
            }
            video.srcObject = stream;
            view.hidden = false;
            video.play().catch(function () {}); // stopped before its first image: whoever stopped it said why
            view.querySelector("button").focus();
            say("Prepare");
            var base = block.dataset.ensBase;
            var ready = within(files(base), PATIENCE_MS).then(function () {
              return within(reader(base), START_MS);
            });
            ready.then(
              function (worker) {
                if (mine !== turn) return worker.terminate();
                look(worker, mine, Date.now() + PATIENCE_MS);
              },
              function () {
                if (mine !== turn) return;
                stop();
                say("Impossible");
                start.focus();
              }
            );
          },
          function (error) {
            if (mine !== turn) return;
            stop();
            say(error.name === "NotAllowedError" ? "Refus" : error.name === "NotReadableError" ? "Pris" : "Absent");
            start.focus();
          }
        );
    });
    block.querySelector("[data-ens-arreter]").addEventListener("click", function () {
      stop();
      say("Arret");
      start.focus();
    });
    document.addEventListener("visibilitychange", function () {
      if (document.hidden && !view.hidden) {
        stop();
        say("Arret");
      }
    });
    window.addEventListener("pagehide", stop);
    navigator.mediaDevices.enumerateDevices().then(function (devices) {
      block.hidden = !devices.some(function (device) {
        return device.kind === "videoinput";
      });
    });
  });
})();
