/**
 * How the front of a Petal on somebody's own machine tells the Worker who
 * connects: in the header in which Cloudflare tells it, with a key of its own
 * that shows who wrote it. workerd knows the address of a connection, but
 * Miniflare takes a client's word for it before that (docs/decisions.md).
 */

/** The address at the other end of the connection; Cloudflare's own name for it. */
export const peerHeader = 'cf-connecting-ip';

/** Holds what the binding {@link FrontBindings.FRONT_KEY} holds. No client's header of this name gets in. */
export const frontKeyHeader = 'petal-front-key';

/** What a start on somebody's own machine binds; a deployment has neither. */
export interface FrontBindings {
  /** A secret that the front and the Worker share, made anew at each start. */
  readonly FRONT_KEY?: string;
  /** The address of all callers, where there are no connections: in tests that call the Worker itself. */
  readonly PEER?: string;
}
