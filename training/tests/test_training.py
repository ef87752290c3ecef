"""What training promises: the same tasks from a seed, a resumed run like an unbroken one, supports by position."""

import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

from tomos_training import slices, speed, validation
from tomos_training.draw import Draw
from tomos_training.loop import Run, Settings
from tomos_training.subjects import places
from tomos_training.tasks import generate

SMALL = Settings(seed=3, steps=4, size=32, supports=(2, 3), slices=8, warm_up=1)


class Tasks(unittest.TestCase):
    def test_a_seed_gives_the_same_tasks_again(self):
        one, other = (generate(11, 3, 2, 32) for _ in range(2))
        for name in vars(one):
            self.assertTrue(torch.equal(getattr(one, name), getattr(other, name)), name)
        self.assertFalse(torch.equal(one.query, generate(12, 3, 2, 32).query))

    def test_tasks_are_what_the_network_expects(self):
        usable = []
        for seed in range(30):
            tasks = generate(seed, 4, 3, 32)
            self.assertEqual(tasks.query.shape, (4, 1, 32, 32))
            self.assertEqual(tasks.images.shape, (4, 3, 1, 32, 32))
            for image in (tasks.query, tasks.images):
                self.assertTrue(((image >= 0) & (image <= 1 + 1e-5)).all(), seed)
            for mask in (tasks.truth, tasks.labels):
                self.assertTrue(((mask == 0) | (mask == 1)).all(), seed)
            usable += tasks.weight.tolist()
        self.assertGreater(sum(usable) / len(usable), 0.75)

    def test_most_supports_of_a_registered_task_lie_where_its_query_lies(self):
        at = places(Draw(5, 200, "cpu"), 9, 16, np.ones(200, bool))
        # In units of half the field's side. A support that went astray may lie anywhere; the query never does.
        away = (at[:, 1:] - at[:, :1]).abs().mean((2, 3, 4)).median(1).values
        self.assertLess(away.max().item(), 0.08)


class Runs(unittest.TestCase):
    def test_a_run_that_was_stopped_ends_as_an_unbroken_one(self):
        with tempfile.TemporaryDirectory() as folder:
            whole = Run(SMALL, Path(folder) / "whole")
            whole.go()
            first = Run(SMALL, Path(folder) / "one")
            for _ in range(2):
                first.advance()
            first.save()
            rest = Run(SMALL, Path(folder) / "two", earlier=Path(folder) / "one")
            self.assertEqual(rest.step, 2)
            rest.go()
            for (name, one), other in zip(whole.average.state_dict().items(), rest.average.state_dict().values()):
                self.assertTrue(torch.equal(one, other), name)

    def test_another_run_s_checkpoint_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            Run(SMALL, Path(folder)).save()
            with self.assertRaisesRegex(SystemExit, "other settings"):
                Run(Settings(seed=4, steps=4, size=32), Path(folder))


class Slices(unittest.TestCase):
    def setUp(self):
        numbers = np.random.default_rng(0)
        self.volumes = [
            slices.Volume(
                numbers.integers(0, 256, (count, 128, 128)).astype(np.uint8),
                numbers.integers(0, 3, (count, 128, 128)).astype(np.uint8),
                (np.arange(count) + 0.5) / count,
            )
            for count in (9, 27, 12)
        ]

    def test_supports_are_the_nearest_slices_of_the_others(self):
        near = slices.supports(self.volumes, 0, 0.5)
        self.assertEqual(len(near), 16)
        self.assertEqual({volume for volume, _ in near}, {1, 2})
        self.assertEqual(near[0], (1, 13))
        self.assertEqual(len(set(near)), len(near))

    def test_a_file_of_slices_gives_back_what_was_written(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "slices.npz"
            slices.write(path, {"some": ([1, 2], self.volumes)})
            ids, volumes = slices.load(path)["some"]
        self.assertEqual(ids, [1, 2])
        for one, other in zip(volumes, self.volumes):
            np.testing.assert_array_equal(one.labels, other.labels)
            np.testing.assert_array_equal(one.places, other.places)

    def test_a_network_that_answers_right_scores_one(self):
        def network(query, images, labels):
            # The truth, found again by the query's image.
            wanted = (query[:, 0] * 255).round().to(torch.uint8).numpy()
            found = []
            for image in wanted:
                volume, k = next(
                    (v, k) for v in self.volumes for k in range(len(v.images)) if np.array_equal(v.images[k], image)
                )
                found.append(volume.labels[k] == 1)
            return torch.from_numpy(np.stack(found)).float()[:, None] - 0.5

        found = slices.scores(network, self.volumes, [1])
        self.assertEqual([len(values) for values in found], [9, 9, 9])
        self.assertEqual({value for values in found for value in values}, {1.0})


class Figures(unittest.TestCase):
    def test_intervals_draw_what_belongs_together_as_one(self):
        alone = validation.Row("alone", [[0.0], [1.0]] * 50)
        together = validation.Row("together", [[0.0] * 25 + [1.0] * 25] * 2)
        self.assertAlmostEqual(alone.mean(), together.mean())
        self.assertGreater(alone.interval()[1], alone.interval()[0])
        self.assertEqual(together.interval(), (0.5, 0.5))

    def test_the_cost_of_a_step_is_that_of_its_convolutions(self):
        four, eight, twelve = (speed.cost(supports, 32)[0] for supports in (4, 8, 12))
        self.assertEqual(twelve - eight, eight - four)
        # Of one support: inputs 2, 64, 64, 64, 128 and 128 to the first convolution of its blocks, 64 to the second,
        # on grids of 32, 16, 8, 4, 8 and 16; forward, and twice that backward, less the gradient of the input itself.
        # The last block needs the mean of its supports alone.
        blocks = ((2, 32), (64, 16), (64, 8), (64, 4), (128, 8), (128, 16))
        forward = sum(2 * 9 * 64 * (inputs + 64) * side**2 for inputs, side in blocks)
        self.assertEqual((eight - four) / 4, 3 * forward - 2 * 9 * 64 * 2 * 32**2)


if __name__ == "__main__":
    unittest.main()
