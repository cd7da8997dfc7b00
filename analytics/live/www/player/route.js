// @ts-check
/**
 * Which way the media of a connected session goes.
 * @param {RTCStatsReport} stats
 * @return {string} '', direct, stun, turn, or turn/udp, turn/tcp, turn/tls by the transport to the browser's TURN server
 */
export function routeOf(stats) {
    let pair = null;
    stats.forEach(s => {
        if (s.type === 'transport' && s.selectedCandidatePairId) pair = stats.get(s.selectedCandidatePairId);
    });
    if (!pair) {
        // Firefox
        stats.forEach(s => {
            if (s.type === 'candidate-pair' && s.nominated && s.state === 'succeeded' && s.selected !== false) pair = s;
        });
    }
    const local = pair && stats.get(pair.localCandidateId), remote = pair && stats.get(pair.remoteCandidateId);
    if (!local || !remote) return '';
    if (local.candidateType === 'relay') return local.relayProtocol ? 'turn/' + local.relayProtocol : 'turn';
    if (remote.candidateType === 'relay') return 'turn';
    if (local.candidateType === 'host' && remote.candidateType === 'host') return 'direct';
    if (local.candidateType === 'srflx' || remote.candidateType === 'srflx') return 'stun';
    // prflx: one side learnt an address of the other that nobody had told, of a NAT; or of the network that both are in,
    // since browsers hide their own addresses there (mDNS)
    const [from, to] = [local, remote].map(candidate => candidate.address || candidate.ip || '');
    return near(to) && (near(from) === near(to) || !from) ? 'direct' : 'stun';
}

/**
 * @param {string} address
 * @return {string} the local network that an address is in; empty for public addresses
 */
function near(address) {
    if (/^(127\.|::1$)/.test(address)) return 'loopback';
    if (/^(10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.)/.test(address)) return address.replace(/\.\d+$/, '');
    if (/^f[cd]|^fe[89ab]/i.test(address)) return address.split(':').slice(0, 4).join(':');
    return '';
}
