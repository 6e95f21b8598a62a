/** Files that wrangler bundles as something else than JavaScript (see wrangler.toml). */
declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}
declare module '*.safetensors' {
  const bytes: ArrayBuffer;
  export default bytes;
}
/** Style sheets that a script puts into a page of its own: esbuild's `with { type: 'text' }`. */
declare module '*.css' {
  const text: string;
  export default text;
}
