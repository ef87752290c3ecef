"""Orthanc takes a series and its segmentation over DICOMweb, and gives them back."""

import email
import email.policy
import json
import pathlib
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

import highdicom
import numpy as np
import pydicom

from . import suites
from .cases import Case

PLUGIN = pathlib.Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
BOUNDARY = "tomos-viewers-boundary"


class Archive(suites.Test):
    """One archive for the cases of a run."""

    cases: list[Case]
    folder: pathlib.Path

    @classmethod
    def setUpClass(cls):
        cls.server = None
        if shutil.which("Orthanc") is None or not PLUGIN.exists():
            return
        cls.folder.mkdir()
        cls.port = free_port()
        settings = {
            "StorageDirectory": str(cls.folder / "stored"),
            "IndexDirectory": str(cls.folder / "stored"),
            "HttpPort": cls.port,
            "DicomServerEnabled": False,
            "RemoteAccessAllowed": False,
            "AuthenticationEnabled": False,
            "Plugins": [str(PLUGIN)],
            "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
        }
        (cls.folder / "orthanc.json").write_text(json.dumps(settings))
        cls.log = open(cls.folder / "log", "w")  # noqa: SIM115
        cls.server = subprocess.Popen(["Orthanc", cls.folder / "orthanc.json"], stdout=cls.log, stderr=cls.log)
        for _ in range(100):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{cls.port}/system", timeout=2).read()
                return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.2)

    @classmethod
    def tearDownClass(cls):
        if cls.server is not None:
            cls.server.terminate()
            cls.server.wait(30)
            cls.log.close()

    def setUp(self):
        if self.server is None:
            self.skipTest("Orthanc and its DICOMweb plugin are not installed (Debian's orthanc, orthanc-dicomweb)")

    def ask(self, path: str, data: bytes | None = None, **headers) -> tuple[bytes, str]:
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, named)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read(), answer.headers.get("Content-Type", "")

    def store(self, files: list[pathlib.Path]) -> dict:
        """STOW-RS: what the archive says of it."""
        parts = [
            f"--{BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n".encode() + file.read_bytes() + b"\r\n"
            for file in files
        ]
        body = b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
        kind = f'multipart/related; type="application/dicom"; boundary={BOUNDARY}'
        told, _ = self.ask("/dicom-web/studies", body, Content_Type=kind, Accept="application/dicom+json")
        return json.loads(told)

    def fetch(self, path: str) -> list[bytes]:
        """WADO-RS: the instances, as they are stored."""
        kind = 'multipart/related; type="application/dicom"; transfer-syntax=*'
        data, told = self.ask(path, Accept=kind)
        message = email.message_from_bytes(f"Content-Type: {told}\r\n\r\n".encode() + data, policy=email.policy.HTTP)
        return [part.get_payload(decode=True) for part in message.iter_parts()]

    def test_segmentations_come_back(self):
        for case in self.cases:
            for kind in ("dicom-seg", "dicom-labelmap", "rtstruct"):
                with self.subTest(case.name, kind=kind):
                    self.require_back(case, kind)

    def require_back(self, case: Case, kind: str):
        images = [file for file in case.source.files() if pydicom.dcmread(file, stop_before_pixels=True).get("Rows")]
        sent = case.one(kind)
        told = self.store([*images, sent])
        self.assertEqual(told.get("00081198", {}).get("Value", []), [], "instances that the archive refused")
        self.assertEqual(len(told["00081199"]["Value"]), len(images) + 1)
        original = pydicom.dcmread(sent)
        series = f"/dicom-web/studies/{original.StudyInstanceUID}/series/{original.SeriesInstanceUID}"
        found, _ = self.ask(
            f"/dicom-web/studies/{original.StudyInstanceUID}/series?Modality={original.Modality}",
            Accept="application/dicom+json",
        )
        listed = [one["0020000E"]["Value"][0] for one in json.loads(found)]
        self.assertIn(str(original.SeriesInstanceUID), listed, "the object lies in another study than its series")
        (returned,) = self.fetch(f"{series}/instances/{original.SOPInstanceUID}")
        path = self.folder / f"returned-{kind}.dcm"
        path.write_bytes(returned)
        back = pydicom.dcmread(path)
        # Orthanc promises the data set; it writes a file's header anew when it is asked for.
        self.assertEqual(back, original)
        if "PixelData" in original:
            self.assertEqual(back.PixelData, original.PixelData)
            self.assertTrue(np.array_equal(frames(path), frames(sent)))
        stored, _ = self.ask(f"/instances/{self.identifier(original)}/file")
        self.assertEqual(stored, sent.read_bytes(), "the stored file is not the one that was sent")

    def identifier(self, image: pydicom.Dataset) -> str:
        found, _ = self.ask("/tools/lookup", str(image.SOPInstanceUID).encode())
        return json.loads(found)[0]["ID"]


def frames(path: pathlib.Path) -> np.ndarray:
    return highdicom.seg.segread(path).get_stored_frames()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def suite(bench):
    if not bench.is_short:
        yield suites.of(Archive, "DICOMweb", cases=bench.cases, folder=bench.folder / "archive")
