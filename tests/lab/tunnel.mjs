// Stands for a tunnel such as ngrok's: TLS at a public address, carried as bytes to one port of the host.
//
//     node tunnel.mjs public SOCKET ADDRESS PORT CERTIFICATE KEY     on the internet
//     node tunnel.mjs host SOCKET ADDRESS:PORT                       at the host, as its --tunnel-command; prints the address
//
// The two ends meet at a socket in the file system, which network namespaces share.
import { readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

/** Carries both ways until either end closes. */
function join(one, other) {
  one.setNoDelay?.(true);
  other.setNoDelay?.(true);
  one.pipe(other);
  other.pipe(one);
  for (const [socket, peer] of [[one, other], [other, one]]) {
    socket.on('error', () => peer.destroy());
    socket.on('close', () => peer.destroy());
  }
}

const [, , end, socket, ...rest] = process.argv;
if (end === 'public') {
  const [address, port, certificate, key] = rest;
  const options = { cert: readFileSync(certificate), key: readFileSync(key), ALPNProtocols: ['http/1.1'], noDelay: true };
  createTlsServer(options, (viewer) => join(viewer, connect(socket))).listen(Number(port), address);
} else {
  const [host, port] = rest[0].split(':');
  rmSync(socket, { force: true });
  createServer((viewer) => join(viewer, connect(Number(port), host))).listen(socket, () => console.log('https://lab.example'));
}
