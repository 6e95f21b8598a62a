import { useEffect, useRef, useState } from 'preact/hooks';

/** `capture`: the device's own camera app, as phones have it; `viewfinder`: a camera that the page shows. */
export type CameraKind = 'none' | 'capture' | 'viewfinder';

/** Which camera there is. */
export function useCamera(): CameraKind {
  const [kind, setKind] = useState<CameraKind>('none');
  useEffect(() => {
    // Fingers mean a phone or tablet, whose browsers open the camera for `capture`.
    if (matchMedia('(pointer: coarse)').matches) {
      setKind('capture');
      return;
    }
    // Missing where the page isn't a secure context.
    const devices: MediaDevices | undefined = navigator.mediaDevices;
    if (devices === undefined) return;
    let isCurrent = true;
    const look = async (): Promise<void> => {
      const found = await devices.enumerateDevices();
      const hasCamera = found.some(({ kind }) => kind === 'videoinput');
      if (isCurrent) setKind(hasCamera ? 'viewfinder' : 'none');
    };
    look();
    devices.addEventListener('devicechange', look);
    return () => {
      isCurrent = false;
      devices.removeEventListener('devicechange', look);
    };
  }, []);
  return kind;
}

export interface CameraDialogProps {
  readonly onPhoto: (file: File) => void;
  readonly onClose: () => void;
}

const quality = 0.92;

/** A viewfinder and a shutter. The camera is off again when it closes. */
export function CameraDialog({ onPhoto, onClose }: CameraDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const [isRunning, setRunning] = useState(false);
  const [failure, setFailure] = useState<string>();

  useEffect(() => {
    dialog.current?.showModal();
    let stream: MediaStream | undefined;
    let isOpen = true;
    const stop = (): void => {
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
    navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 } } }).then(
      (started) => {
        stream = started;
        if (!isOpen) stop();
        else if (video.current !== null) video.current.srcObject = started;
      },
      (error: unknown) => setFailure(failureSentence(error)),
    );
    return () => {
      isOpen = false;
      stop();
    };
  }, []);

  const shoot = async (): Promise<void> => {
    const file = video.current === null ? undefined : await still(video.current);
    if (file === undefined) {
      setFailure('The camera gave no picture.');
      return;
    }
    onPhoto(file);
    close();
  };
  // It gives the focus back to where it was, and then tells onClose.
  const close = (): void => dialog.current?.close();

  return (
    <dialog ref={dialog} class="camera" aria-label="Take a photo" onClose={onClose}>
      {failure === undefined ? (
        <video ref={video} autoplay playsInline muted onLoadedData={() => setRunning(true)} />
      ) : (
        <p role="alert">{failure}</p>
      )}
      <p class="camera-buttons choices">
        {failure === undefined && (
          <button type="button" class="shutter" disabled={!isRunning} onClick={shoot}>
            Take the photo
          </button>
        )}
        <button type="button" class="quiet" onClick={close}>
          Close
        </button>
      </p>
    </dialog>
  );
}

/** What the camera shows now. */
async function still(video: HTMLVideoElement): Promise<File | undefined> {
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  const blob = await new Promise<Blob | null>((resolve) =>
    canvas.toBlob(resolve, 'image/jpeg', quality),
  );
  return blob === null ? undefined : new File([blob], 'camera.jpg', { type: blob.type });
}

function failureSentence(error: unknown): string {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError') {
    return 'The browser does not let this page use the camera. Allow it in the address bar, and open it again.';
  }
  if (name === 'NotReadableError')
    return 'The camera is used by another program. Close that first.';
  return 'The camera could not be started.';
}
