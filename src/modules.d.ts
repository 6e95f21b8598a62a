/** Files that wrangler bundles as something else than JavaScript (see wrangler.toml). */
declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}
declare module '*.safetensors' {
  const bytes: ArrayBuffer;
  export default bytes;
}
