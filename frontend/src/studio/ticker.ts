/** A worker that says every so many milliseconds that it is time. */
self.onmessage = (event: MessageEvent<number>) => {
  setInterval(() => {
    self.postMessage(0);
  }, event.data);
};
