/** What a network is made of. */

/** What a convolution of MobileNetV2 is: 3x3 over all channels, 1x1, or 3x3 on each channel alone. */
export const layerKinds = ['stem', 'pointwise', 'depthwise'] as const;
export type LayerKind = (typeof layerKinds)[number];

/** One convolution with its bias, batch normalisation folded in, `same` padding. */
export interface Layer {
  readonly name: string;
  readonly kind: LayerKind;
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly stride: 1 | 2;
  readonly activation: 'relu6' | 'linear';
}

/** Layers that run one after another; a residual block adds its own input to what comes out. */
export interface Block {
  readonly name: string;
  readonly residual: boolean;
  readonly layers: readonly Layer[];
}

/** Shape of a layer's weights, HWIO; depthwise filters are [3, 3, channels, 1]. */
export function weightShape(layer: Layer): [number, number, number, number] {
  if (layer.kind === 'pointwise') return [1, 1, layer.inputChannels, layer.outputChannels];
  if (layer.kind === 'depthwise') return [3, 3, layer.inputChannels, 1];
  return [3, 3, layer.inputChannels, layer.outputChannels];
}
