import { oneThread } from './engines/onnxruntime.ts';
import { onnxInput, onnxOutput } from './onnx-model.ts';
import { byteScaling, toPlanes } from './planes.ts';
import { loadOnnxRuntime, loadSharp, type Sharp } from './rivals.ts';

/** What the rival's stages took, in milliseconds, and what it answers. */
export interface NativeClassification {
  /** One a network output; output 0 is "background". */
  readonly probabilities: Float32Array;
  readonly durationsMs: {
    /** Decoding, cropping and resizing, which sharp does in one go. */
    readonly decode: number;
    /** Bytes to the network's float32 channel planes. */
    readonly preprocess: number;
    readonly inference: number;
  };
}

export interface NativeClassifier {
  /** As fast as sharp can: its resampling averages where Petal's takes samples. */
  classify(bytes: Uint8Array): Promise<NativeClassification>;
  /** Slower, with Petal's own resampling, to compare answers. One probability a network output. */
  classifyAlike(bytes: Uint8Array): Promise<Float32Array>;
  /** @param planes float32 [1, 3, size, size], -1..1 */
  infer(planes: Float32Array): Promise<Float32Array>;
}

/**
 * The rival: sharp (libvips, libjpeg-turbo) and ONNX Runtime, both native code,
 * on one thread each, as Petal has one.
 *
 * @param model an ONNX file as `writeOnnxModel` writes it
 * @param inputSize side of the square input in pixels
 */
export async function loadNativeClassifier(
  model: Uint8Array,
  inputSize: number,
): Promise<NativeClassifier> {
  const [sharp, { InferenceSession, Tensor }] = await Promise.all([loadSharp(), loadOnnxRuntime()]);
  sharp.concurrency(1);
  // libvips would otherwise remember that it has seen the very same photo.
  sharp.cache(false);
  const session = await InferenceSession.create(model, oneThread);

  async function infer(planes: Float32Array): Promise<Float32Array> {
    const input = new Tensor('float32', planes, [1, 3, inputSize, inputSize]);
    const outputs = await session.run({ [onnxInput]: input });
    return outputs[onnxOutput].data;
  }

  async function classify(bytes: Uint8Array): Promise<NativeClassification> {
    const start = performance.now();
    const pixels = await sharp(bytes)
      .resize(inputSize, inputSize, { fit: 'cover', kernel: 'linear' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer();
    const decoded = performance.now();
    const planes = toPlanes(pixels, byteScaling);
    const preprocessed = performance.now();
    const probabilities = await infer(planes);
    const inferred = performance.now();
    return {
      probabilities,
      durationsMs: {
        decode: decoded - start,
        preprocess: preprocessed - decoded,
        inference: inferred - preprocessed,
      },
    };
  }

  async function classifyAlike(bytes: Uint8Array): Promise<Float32Array> {
    const pixels = await resizeWithoutAveraging(sharp, bytes, inputSize);
    return infer(toPlanes(pixels, byteScaling));
  }

  return { classify, classifyAlike, infer };
}

/** The centred square, bilinear with half-pixel centres; sharp's `affine` does not antialias. */
async function resizeWithoutAveraging(
  sharp: Sharp,
  bytes: Uint8Array,
  size: number,
): Promise<Uint8Array> {
  const { width, height } = await sharp(bytes).metadata();
  const side = Math.min(width, height);
  const [left, top] = [(width - side) / 2, (height - side) / 2];
  const scale = size / side;
  // Where the centre of the first pixel comes to lie, half a pixel further in where the centre is one.
  const offset = scale / 2 - 0.5;
  const { data, info } = await sharp(bytes)
    .extract({
      left: Math.floor(left),
      top: Math.floor(top),
      width: side + 2 * (left % 1),
      height: side + 2 * (top % 1),
    })
    .affine(
      [
        [scale, 0],
        [0, scale],
      ],
      {
        interpolator: 'bilinear',
        odx: offset - (left % 1) * scale,
        ody: offset - (top % 1) * scale,
      },
    )
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const pixels = new Uint8Array(size * size * 3);
  for (let row = 0; row < size; row++) {
    const from = row * info.width * 3;
    pixels.set(data.subarray(from, from + size * 3), row * size * 3);
  }
  return pixels;
}
