"""One invented trunk: shapes, tissues and noise, all drawn from the subject's seed.

Coordinates are millimetres in RAS: +x right, +y anterior, +z superior, the origin in the middle of the trunk.
"""
import numpy as np

LABELS = {"liver": 1, "spleen": 2, "kidney-right": 3, "kidney-left": 4}


def smooth_noise(rng, points, cell):
    """White noise on a grid of `cell` mm, interpolated with a smoothstep: one value a point, about unit variance."""
    knots = rng.standard_normal((16, 16, 16))
    scaled = [np.mod(p / cell, 16) for p in points]
    base = [np.floor(s).astype(int) for s in scaled]
    weight = [(s - b) ** 2 * (3 - 2 * (s - b)) for s, b in zip(scaled, base)]
    total = 0.0
    for corner in range(8):
        index, factor = [], 1.0
        for axis in range(3):
            far = corner >> axis & 1
            index.append((base[axis] + far) % 16)
            factor = factor * (weight[axis] if far else 1 - weight[axis])
        total = total + factor * knots[tuple(index)]
    return total * 1.6


def ellipsoid(points, centre, radii, turn=0.0):
    """Distance from the centre of an ellipsoid turned by `turn` radians about z: 1 on its surface."""
    x, y, z = (p - c for p, c in zip(points, centre))
    u, v = np.cos(turn) * x + np.sin(turn) * y, -np.sin(turn) * x + np.cos(turn) * y
    return np.sqrt((u / radii[0]) ** 2 + (v / radii[1]) ** 2 + (z / radii[2]) ** 2)


class Subject:
    """Draws everything that differs from one subject to the next, then renders any grid of points."""

    def __init__(self, seed):
        self.rng = np.random.RandomState(seed)
        r = self.rng
        self.size = 1 + 0.05 * r.uniform(-1, 1, 3)
        self.shift = {name: np.array((4, 4, 2.5)) * r.uniform(-1, 1, 3) for name in (*LABELS, "stomach")}
        self.scale = {name: 1 + 0.07 * r.uniform(-1, 1) for name in self.shift}
        self.turn = {name: 0.15 * r.uniform(-1, 1) for name in self.shift}
        self.fat = 14 + 6 * r.uniform()
        # Hounsfield units of a scan in the portal phase, a little different in everybody.
        tissue = {"air": -1000, "fat": -105, "muscle": 48, "bone": 330, "marrow": 190, "lung": -830, "gut": 20,
                  "gas": -950, "liver": 122, "spleen": 138, "kidney": 190, "pelvis": 40, "vessel": 165, "cord": 35}
        spread = {"air": 0, "gas": 0, "lung": 25, "bone": 30, "marrow": 15}
        self.hu = {name: value + spread.get(name, 7) * r.uniform(-1, 1) for name, value in tissue.items()}
        self.noise = 8 + 3 * r.uniform()

    def render(self, points):
        """Hounsfield units (before noise) and label ids at the points, a triple of equally shaped arrays."""
        r, hu = self.rng, self.hu
        warped = [p / s + 3.5 * smooth_noise(r, points, 70) for p, s in zip(points, self.size)]
        x, y, z = warped
        image = np.full(x.shape, hu["air"])
        labels = np.zeros(x.shape, np.uint8)

        def paint(inside, value, label=0):
            image[inside] = np.broadcast_to(value, image.shape)[inside]
            labels[inside] = label

        def organ(name, centre, radii, turn=0.0):
            wobble = 0.05 * smooth_noise(r, points, 35)
            centre = np.array(centre) + self.shift[name]
            return ellipsoid(warped, centre, np.array(radii) * self.scale[name], turn + self.turn[name]) + wobble

        # The outline is a flattened ellipse, and the same at every height but for a slight waist.
        wide = np.sqrt((x / (166 - 0.0006 * (z + 40) ** 2)) ** 2 + (y / (116 + 0.05 * z)) ** 2)
        paint(wide < 1, hu["fat"])
        wall = wide + self.fat / 130
        paint(wall < 1, hu["muscle"])
        cavity = wall + 0.11 + 0.02 * np.cos(8 * np.arctan2(y, x))
        paint((cavity < 1), hu["fat"] + 12 * smooth_noise(r, points, 18))
        # Ribs: a ring in the wall, broken where they slope through the slice.
        ring = np.abs(wall - 0.945) < 0.028
        paint(ring & (np.sin(11 * np.arctan2(y, np.abs(x)) + z / 9) > 0.45) & (y > -95), hu["bone"])

        bowel = smooth_noise(r, points, 24)
        paint((cavity < 0.93) & (y > -25) & (bowel > 0.1), hu["gut"])
        paint((cavity < 0.86) & (y > 25) & (bowel > 1.5) & (z < 10), hu["gas"])
        paint((cavity < 0.97) & (np.abs(np.abs(x) - 42) < 22) & (y < -48) & (z < 20), hu["muscle"])   # psoas

        stomach = organ("stomach", (-62, 42, 38), (44, 32, 46), 0.4)
        paint((stomach < 1) & (cavity < 0.96), hu["gut"] + 10)
        paint((stomach < 0.9) & (y > 58) & (cavity < 0.96), hu["gas"])

        # The liver: a big right lobe, a left one reaching over, cut flat below; smooth edge to the wall.
        right = organ("liver", (72, 4, 30), (70, 78, 78), 0.2)
        left = organ("liver", (8, 44, 44), (66, 32, 42), -0.25)
        both = np.minimum(right, left)
        paint((both < 1.08) & (cavity < 0.97), hu["fat"])
        liver = (both < 1) & (cavity < 0.94)
        paint(liver, hu["liver"] + 3 * smooth_noise(r, points, 22), LABELS["liver"])
        paint(liver & (np.abs(smooth_noise(r, points, 45)) < 0.045) & (right < 0.8), hu["vessel"], LABELS["liver"])

        spleen = organ("spleen", (-98, -34, 34), (34, 50, 56), 0.45)
        paint((spleen < 1.14) & (cavity < 0.97) & (labels == 0), hu["fat"])
        paint((spleen < 1) & (cavity < 0.97), hu["spleen"] + 3 * smooth_noise(r, points, 20), LABELS["spleen"])

        for side, name, low in ((1, "kidney-right", -52), (-1, "kidney-left", -42)):
            kidney = organ(name, (side * 66, -52, low), (31, 27, 56), side * 0.5)
            centre = np.array((side * 46, -40, low)) + self.shift[name]
            hilum = ellipsoid(warped, centre, (17, 13, 22))
            rim = organ(name, (side * 66, -52, low), (40, 36, 68), side * 0.5)
            paint((rim < 1) & (cavity < 0.99), hu["fat"])
            paint((kidney < 1) & (cavity < 0.99), hu["kidney"], LABELS[name])
            paint((kidney < 1.1) & (hilum < 1), hu["pelvis"] - 90)

        # Above the diaphragm, which arches higher over the liver: the lungs, and between them the heart.
        top = np.where(x > 0, 62, 66) + self.shift["liver"][2]
        above = (z - top + 0.35 * ((np.abs(x) - 70) / 14) ** 2 + 0.4 * ((y - 5) / 18) ** 2 > 0) & (cavity < 0.98)
        paint(above, hu["lung"] + 25 * smooth_noise(r, points, 12))
        heart = organ("stomach", (-18, 24, 110), (56, 48, 80), 0.5)
        paint(above & (heart < 1), hu["vessel"] - 20)
        paint(above & (np.abs(x + 4) < 26) & (y < -15), hu["muscle"])

        aorta = np.hypot(x + 12, y + 34) / 11.5
        cava = np.sqrt(((x - 22) / 13) ** 2 + ((y + 30) / 10) ** 2)
        paint(aorta < 1, hu["vessel"] + 10)
        paint(cava < 1, hu["vessel"] - 15)

        # The spine: a vertebra with its disc every 34 mm, a canal, and a spinous process.
        body = np.sqrt((x / 24) ** 2 + ((y + 64) / 19) ** 2)
        disc = np.abs(np.mod(z, 34) - 17) < 4.5
        paint(body < 1, hu["bone"])
        paint(body < 0.86, hu["marrow"])
        paint((body < 1) & disc, hu["muscle"] + 25)
        arch = np.hypot(x, y + 92) / 17
        paint((arch < 1) & ~disc, hu["bone"])
        paint((np.abs(x) < 4) & (np.abs(y + 108) < 12) & ~disc, hu["bone"])
        paint(np.hypot(x, y + 90) < 9.5, hu["cord"])
        return image, labels

    def scan(self, affine, shape, supersample=(2, 2, 2)):
        """The volume as a scanner would store it (int16 HU) on a grid, and its label map.

        `affine` is 4x4, voxel to RAS mm. Each voxel is the mean of its sub-voxels; it gets a label when most of
        them have it.
        """
        fine = [n * s for n, s in zip(shape, supersample)]
        index = np.meshgrid(*[(np.arange(n) + 0.5) / s - 0.5 for n, s in zip(fine, supersample)], indexing="ij")
        points = [sum(affine[row, axis] * index[axis] for axis in range(3)) + affine[row, 3] for row in range(3)]
        image, labels = self.render(points)

        def blocks(values):
            split = [n for pair in zip(shape, supersample) for n in pair]
            return values.reshape(split).mean(axis=(1, 3, 5))

        volume = blocks(image)
        shares = np.stack([blocks(labels == label) for label in range(1, max(LABELS.values()) + 1)])
        truth = np.where(shares.max(0) > 0.5, shares.argmax(0) + 1, 0).astype(np.uint8)

        centre = [p.reshape([n for pair in zip(shape, supersample) for n in pair])[:, 0, :, 0, :, 0] for p in points]
        volume = volume + 6 * smooth_noise(self.rng, centre, 160)      # a slow shading, as of beam hardening
        grain = self.rng.standard_normal(shape)
        grain = (grain + 0.5 * (np.roll(grain, 1, 0) + np.roll(grain, 1, 1))) / np.sqrt(1.5)
        inside = volume > -950
        volume = volume + self.noise * grain * np.where(inside, 1, 0.5)
        return np.clip(np.rint(volume), -1024, 3071).astype(np.int16), truth
