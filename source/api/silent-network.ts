/** Why a body was cut when TCP's keepalive found nobody at the other end. */
export const silentNetwork = 'the network went silent';
