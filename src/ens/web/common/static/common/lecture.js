// What a serial number read by a camera must be before anyone is shown it: whatever reads, this judges. The rules are
// those of ens.standards.vitale, held together by a test; the server judges again what is sent.
var ensLecture = (function () {
  "use strict";
  var CONSTANT = "80250000025";
  var NEEDED = 3;

  function isDate(digits) {
    var found = /^(\d\d)(\d\d)((?:19|20)\d\d)$/.exec(digits);
    if (!found) return false;
    var day = new Date(Date.UTC(+found[3], +found[2] - 1, +found[1]));
    return day.getUTCMonth() === +found[2] - 1 && day.getUTCDate() === +found[1];
  }

  // The serial number these digits are, or nothing: a date, a part of the matricule, the constant are not one.
  function serial(digits, matricule) {
    var known = (matricule || "").replace(/\s/g, "").toUpperCase();
    if (digits.length === 21 && digits.indexOf(CONSTANT.slice(0, 10)) === 0) digits = digits.slice(10);
    if (!/^\d{8,13}$/.test(digits) || isDate(digits)) return "";
    return known.indexOf(digits) >= 0 || CONSTANT.indexOf(digits) >= 0 ? "" : digits;
  }

  // The different serial numbers of a text. On a line, digits side by side are one number; a word that holds anything
  // else ends it: nothing is corrected, a doubtful sign makes the line unread.
  function numbers(text, matricule) {
    var found = [];
    text.split("\n").forEach(function (line) {
      var run = "";
      (line + " .").split(/\s+/).forEach(function (word) {
        if (/^\d+$/.test(word)) return (run += word);
        var one = serial(run, matricule);
        if (one && found.indexOf(one) < 0) found.push(one);
        run = "";
      });
    });
    return found;
  }

  // Three reads running of one same number. An image where none is seen counts for nothing; another number, or two at
  // once, begins again.
  function Reads() {
    var last = "";
    this.count = 0;
    this.push = function (seen) {
      if (!seen.length) return "";
      if (seen.length > 1 || seen[0] !== last) this.count = 0;
      last = seen.length > 1 ? "" : seen[0];
      if (last) this.count += 1;
      return this.count >= NEEDED ? last : "";
    };
  }

  return { serial: serial, numbers: numbers, Reads: Reads, NEEDED: NEEDED };
})();
