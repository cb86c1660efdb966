import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fragmentOf, iceServersOf, restarted } from '../core/ice.js';

const SDP = [
  'v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0 1',
  'm=video 9 UDP/TLS/RTP/SAVPF 102', 'c=IN IP4 0.0.0.0', 'a=ice-ufrag:old1', 'a=ice-pwd:oldpasswordoldpassword1',
  'a=candidate:1 1 udp 2130706431 10.0.0.2 5000 typ host', 'a=end-of-candidates', 'a=mid:0', 'a=setup:passive',
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'a=ice-ufrag:old1', 'a=ice-pwd:oldpasswordoldpassword1', 'a=mid:1', '',
].join('\r\n');

test('servers are read from Link headers as RFC 9725 writes them, and from nothing else', () => {
  const link = [
    '<stun:stun.example:3478>; rel="ice-server"',
    '<turn:turn.example?transport=udp>; rel="ice-server"; username="a,b"; credential="p\\"q;r"; credential-type="password"',
    '<https://example>; rel="next"',
    '<turn:turn.example>; rel="ice-server"',
  ].join(', ');
  assert.deepEqual(iceServersOf(link), [
    { urls: 'stun:stun.example:3478' },
    { urls: 'turn:turn.example?transport=udp', username: 'a,b', credential: 'p"q;r' },
  ]);
  assert.deepEqual(iceServersOf(null), []);
  assert.deepEqual(iceServersOf('nonsense; <'), []);
});

test('a fragment has the credentials, the first medium and the candidates', () => {
  assert.equal(
    fragmentOf(SDP, { isComplete: true }),
    'a=ice-ufrag:old1\r\na=ice-pwd:oldpasswordoldpassword1\r\nm=video 9 UDP/TLS/RTP/SAVPF 102\r\na=mid:0\r\n' +
      'a=candidate:1 1 udp 2130706431 10.0.0.2 5000 typ host\r\na=end-of-candidates\r\n',
  );
  const late = fragmentOf(SDP, { candidates: ['candidate:2 1 udp 1 192.0.2.1 6000 typ relay'] });
  assert.match(late, /typ relay\r\n$/);
  assert.doesNotMatch(late, /10\.0\.0\.2/);
});

test('the answer after a restart differs in its ICE alone', () => {
  const fragment = 'a=ice-ufrag:new2\na=ice-pwd:newpasswordnewpassword2\na=candidate:9 1 udp 5 192.0.2.9 7000 typ srflx raddr 0.0.0.0 rport 0\n';
  const answer = restarted(SDP, fragment) ?? '';
  const gone = new Set(SDP.split('\r\n'));
  assert.deepEqual(answer.split('\r\n').filter((line) => !gone.has(line)), [
    'a=ice-ufrag:new2', 'a=ice-pwd:newpasswordnewpassword2',
    'a=candidate:9 1 udp 5 192.0.2.9 7000 typ srflx raddr 0.0.0.0 rport 0', 'a=ice-ufrag:new2', 'a=ice-pwd:newpasswordnewpassword2',
  ]);
  assert.doesNotMatch(answer, /old|end-of-candidates|10\.0\.0\.2/);
  assert.ok(answer.indexOf('a=candidate:9') < answer.indexOf('m=application'));
  assert.equal(restarted(SDP, 'a=candidate:1'), null);
});
