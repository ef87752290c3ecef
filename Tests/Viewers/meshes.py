"""Surfaces as trimesh reads them: closed, of the labels' volumes, around their centres."""

import numpy as np
import trimesh

from . import suites
from .cases import COLOURS, NAMES, Case

# Below this many voxels a smooth surface may have another volume, which the program says.
FEWEST = 100
# glTF: +x to the patient's left, +y up, +z to the front, in metres; to RAS mm.
FROM_GLTF = 1000 * np.array([[-1.0, 0, 0], [0, 0, 1], [0, 1, 0]])
FROM_LPS = np.diag([-1.0, -1, 1])


class Surface(suites.Test):
    """The surfaces of one case."""

    case: Case

    def require_surface(self, label: int, mesh, turn: np.ndarray):
        """`turn` leads from the file's axes to RAS mm."""
        self.assertTrue(mesh.is_watertight, f"label {label}: not closed")
        self.assertTrue(mesh.is_winding_consistent, f"label {label}: winding")
        points = np.argwhere(self.case.labels == label) @ self.case.place[:3, :3].T + self.case.place[:3, 3]
        size = np.linalg.norm(self.case.place[:3, :3], axis=0)
        voxel = abs(np.linalg.det(self.case.place[:3, :3]))
        # A mirror turns a surface inside out: both signs have to be right.
        volume = mesh.volume * abs(np.linalg.det(turn))
        self.assertGreater(mesh.volume, 0, f"label {label}: inside out")
        if len(points) >= FEWEST:
            self.assertLess(abs(volume / (voxel * len(points)) - 1), 0.02, f"label {label}: volume")
        away = np.linalg.inv(self.case.place[:3, :3]) @ (turn @ mesh.center_mass - points.mean(axis=0))
        self.assertLess(np.abs(away).max(), 0.5, f"label {label}: centre, in voxels")
        bounds = np.sort((mesh.bounds @ turn.T), axis=0)
        beyond = np.abs(bounds - [points.min(axis=0), points.max(axis=0)]).max()
        self.assertLess(beyond, size.max() + 1e-3, f"label {label}: bounds")

    def test_a_file_for_each_label(self):
        for kind in ("stl", "ply"):
            files = {int(path.name.split("_")[1]): path for path in self.case.exported(kind)}
            self.assertEqual(sorted(files), sorted(NAMES))
            for label, path in files.items():
                with self.subTest(kind, label=label):
                    mesh = trimesh.load(path, force="mesh")
                    self.require_surface(label, mesh, FROM_LPS)
                    if kind == "ply":
                        self.require_colour(label, mesh)
                    self.assertIn(b"LPS", path.read_bytes()[:400])

    def require_colour(self, label: int, mesh):
        colours = np.asarray(mesh.visual.vertex_colors if mesh.visual.kind == "vertex" else mesh.visual.face_colors)
        self.assertTrue((colours[:, :3] == COLOURS[label]).all(), f"label {label}: colour")

    def test_obj(self):
        path = next(one for one in self.case.exported("obj") if one.suffix == ".obj")
        self.assertIn("LPS", path.read_text()[:400])
        # By object: trimesh goes by materials, of which each label has one.
        parts = trimesh.load(path, split_object=True, process=True)
        found = list(parts.geometry.values()) if isinstance(parts, trimesh.Scene) else [parts]
        self.assertEqual(len(found), len(NAMES))
        for mesh in found:
            label = self.nearest_label(mesh, FROM_LPS)
            with self.subTest(label=label):
                mesh.merge_vertices(merge_norm=True, merge_tex=True)
                self.require_surface(label, mesh, FROM_LPS)

    def test_glb(self):
        scene = trimesh.load(self.case.one("glb"))
        self.assertEqual(len(scene.geometry), len(NAMES))
        self.assertEqual(sorted(NAMES.values()), sorted(name_of(scene, node) for node in scene.graph.nodes_geometry))
        for node in scene.graph.nodes_geometry:
            transform, geometry = scene.graph[node]
            mesh = scene.geometry[geometry].copy()
            mesh.apply_transform(transform)
            mesh.merge_vertices(merge_norm=True)
            label = next(one for one, name in NAMES.items() if name == name_of(scene, node))
            with self.subTest(label=label):
                self.require_surface(label, mesh, FROM_GLTF)

    def nearest_label(self, mesh, turn) -> int:
        """The label whose centre is the nearest: the right one, or the test of it fails."""
        centre = turn @ mesh.center_mass
        middle = {one: np.argwhere(self.case.labels == one).mean(axis=0) for one in NAMES}
        place = self.case.place
        return min(middle, key=lambda one: np.linalg.norm(place[:3, :3] @ middle[one] + place[:3, 3] - centre))


def name_of(scene, node: str) -> str:
    return node


def suite(bench):
    for case in bench.cases:
        # Of a large one the surfaces take longer than all else, and show no more.
        if case.name != "tilted CT":
            yield suites.of(Surface, case.name, case=case)
