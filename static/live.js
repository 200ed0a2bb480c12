// Live reload while `cargo xtask serve` runs, which adds this file to the page it serves and to
// no other. The same messages as Trunk's own inline script, which the page's content security
// policy does not allow.
const url = new URL(".well-known/trunk/ws", location.href.replace(/^http/, "ws"));

function connect(again) {
  const socket = new WebSocket(url);
  socket.onopen = () => {
    if (again) location.reload(); // the server is back, and will have built anew
  };
  socket.onmessage = (event) => {
    const message = JSON.parse(event.data);
    if (message.type === "reload") location.reload();
    if (message.type === "buildFailure") console.error("Build failed:", message.data.reason);
  };
  socket.onclose = () => setTimeout(() => connect(true), 3000);
}

connect(false);
