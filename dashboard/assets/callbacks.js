/* A part that the server could not draw: Dash would leave what stands there without a word. Says the server's sentence,
   with the number of the error, in the page; the next part that comes takes it away. */
(function () {
  "use strict";
  var ask = window.fetch, place = null;
  function say(text) {
    if (!place) {
      place = document.createElement("p");
      place.id = "trouble";
      place.className = "failed";
      place.setAttribute("role", "alert");
      document.getElementById("main").prepend(place);
    }
    place.textContent = text;
    place.hidden = !text;
  }
  function lost() { say(((window.Atlas || {}).words || {}).failed || ""); }
  window.fetch = function (resource) {
    var answer = ask.apply(this, arguments);
    if (String((resource && resource.url) || resource).indexOf("/_dash-update-component") < 0) return answer;
    answer.then(function (got) {
      if (got.ok) return place && say("");
      return got.clone().json().then(function (body) { say(body.error); });
    }).catch(lost);
    return answer;
  };
})();
