/* A photo is made smaller before it is sent: a phone's four megabytes become some hundred
   kilobytes, which a bad line carries. Without this the server says what is too large. */
"use strict";
(() => {
  const MOST = 1600;
  const ENOUGH = 500 * 1024;
  const input = document.getElementById("cv");
  if (!input || !window.createImageBitmap || !window.DataTransfer) return;

  const smaller = async (file) => {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, MOST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    const paper = canvas.getContext("2d");
    paper.fillStyle = "#fff";
    paper.fillRect(0, 0, canvas.width, canvas.height);
    paper.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8));
    return blob && blob.size < file.size ? new File([blob], "cv.jpg", { type: "image/jpeg" }) : file;
  };

  let chosen = null;
  const make = async () => {
    const file = input.files[0];
    if (!file || file === chosen || !file.type.startsWith("image/") || file.size < ENOUGH) return;
    const button = input.form.querySelector("button");
    button.disabled = true;
    try {
      const box = new DataTransfer();
      chosen = await smaller(file);
      if (input.files[0] === file) {
        box.items.add(chosen);
        input.files = box.files;
      }
    } catch {
      chosen = null; // no picture this browser can read: sent as it is, and the server judges
    } finally {
      button.disabled = false;
    }
  };
  input.addEventListener("change", make);
})();
