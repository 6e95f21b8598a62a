declare namespace Cloudflare {
  /** Gives `exports` of 'cloudflare:workers' the Worker's own exports. */
  interface GlobalProps {
    mainModule: typeof import('../../src/worker.ts');
  }
}
