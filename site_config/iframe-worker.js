/* Workers for pages opened from the disk, where browsers refuse real ones: the script runs in a hidden frame.
   Offers what a dedicated worker of plain messages needs: postMessage and message events both ways,
   importScripts (as a promise), terminate. On a web host the browser's own Worker stays in place. */
(function () {
  "use strict"

  function load(win, url) {
    return new Promise(function (resolve, reject) {
      const script = win.document.createElement("script")
      script.src = new URL(url, document.baseURI).href
      script.onload = function () { resolve() }
      script.onerror = function () { reject(new Error("cannot load " + script.src)) }
      win.document.head.appendChild(script)
    })
  }

  class IFrameWorker extends EventTarget {
    constructor(url) {
      super()
      this.addEventListener("message", (event) => this.onmessage?.(event))
      this.addEventListener("error", (event) => this.onerror?.(event))
      this.frame = document.createElement("iframe")
      this.frame.hidden = true
      this.frame.title = "Worker"
      document.body.appendChild(this.frame)
      this.win = this.frame.contentWindow
      this.win.postMessage = (data) => setTimeout(() => this.dispatchEvent(new MessageEvent("message", { data })))
      this.win.importScripts = (...urls) => urls.reduce((done, next) => done.then(() => load(this.win, next)), Promise.resolve())
      this.ready = load(this.win, url)
      this.ready.catch((error) => this.dispatchEvent(new ErrorEvent("error", { message: error.message })))
    }

    postMessage(data) {
      this.ready.then(() => this.win.dispatchEvent(new this.win.MessageEvent("message", { data })), () => {})
    }

    terminate() {
      this.frame.remove()
    }
  }

  if (location.protocol === "file:") {
    window.IFrameWorker = IFrameWorker
    window.Worker = IFrameWorker
  }
})()
