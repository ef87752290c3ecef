"use strict";
// The labels as surfaces, turned by hand: three.js draws them, loaded when a page has them. Where WebGL is missing a
// sentence says so, and the slices are there all the same.
(() => {
  const { element } = tomos;
  // Where the eye stands, seen from the middle, in RAS; and what is up there.
  const views = {
    A: ["from the front", [0, 1, 0], [0, 0, 1]],
    P: ["from behind", [0, -1, 0], [0, 0, 1]],
    R: ["from the right", [1, 0, 0], [0, 0, 1]],
    L: ["from the left", [-1, 0, 0], [0, 0, 1]],
    S: ["from above", [0, 0, 1], [0, 1, 0]],
    I: ["from below", [0, 0, -1], [0, 1, 0]],
  };

  const three = () =>
    new Promise((done, failed) => {
      if (window.THREE) return done(window.THREE);
      const script = element("script", { src: "../assets/three.min.js" });
      script.onload = () => (window.THREE ? done(window.THREE) : failed(new Error("three.min.js is another file")));
      script.onerror = () => failed(new Error("three.min.js cannot be read"));
      document.head.append(script);
    });

  tomos.hasWebGL = () => {
    try {
      return Boolean(document.createElement("canvas").getContext("webgl"));
    } catch {
      return false;
    }
  };

  tomos.Surfaces = class {
    constructor(view, look, space) {
      Object.assign(this, { view, look, space });
      this.draw = tomos.onceAFrame(() => this.paint());
      this.words = element("p", { class: "instead" }, "The surfaces are being drawn.");
      this.screen = element("div", { class: "screen" }, this.words);
      this.buttons = element("span", { class: "sides", role: "group", "aria-label": "Seen from" });
      this.place = element(
        "figure",
        { class: "plane surfaces" },
        this.screen,
        element("figcaption", null, element("strong", null, "3-D"), this.buttons),
      );
    }

    async start() {
      const { view } = this;
      if (!(view.surfaces || []).length) return this.say("There are no surfaces of this case.");
      if (!tomos.hasWebGL()) return this.say("Surfaces need WebGL, which this browser does not offer.");
      try {
        this.THREE = await three();
        const shapes = await Promise.all(
          view.surfaces.map(async (one) => [
            one,
            await tomos.inflate(one.vertices),
            await tomos.inflate(one.triangles),
          ]),
        );
        this.build(shapes);
      } catch (error) {
        this.say(`The surfaces cannot be drawn: ${error.message}.`);
      }
    }

    say(words) {
      this.words.textContent = words;
    }

    build(shapes) {
      const { THREE, look } = this;
      this.renderer = new THREE.WebGLRenderer({ antialias: true });
      this.renderer.setClearColor(0x000000);
      this.scene = new THREE.Scene();
      this.camera = new THREE.PerspectiveCamera(30, 1, 1, 10000);
      // The light goes with the eye, from above its left shoulder.
      const key = new THREE.DirectionalLight(0xffffff, 0.75);
      key.position.set(-0.6, 0.8, 1);
      this.camera.add(key, new THREE.AmbientLight(0xffffff, 0.16));
      this.scene.add(this.camera, new THREE.HemisphereLight(0xffffff, 0x667080, 0.42));
      this.meshes = new Map();
      const box = new THREE.Box3();
      for (const [one, vertices, triangles] of shapes) {
        const label = look.labels.find((each) => each.id === one.label);
        if (!label) continue;
        const mesh = new THREE.Mesh(
          this.geometry(one, vertices, triangles),
          new THREE.MeshPhongMaterial({
            color: label.colour,
            shininess: 26,
            specular: 0x1c1c1c,
            side: THREE.DoubleSide,
          }),
        );
        mesh.geometry.computeBoundingBox();
        box.union(mesh.geometry.boundingBox);
        this.meshes.set(label.id, mesh);
        this.scene.add(mesh);
      }
      if (box.isEmpty()) return this.say("There are no surfaces of this case.");
      this.middle = box.getCenter(new THREE.Vector3());
      this.radius = Math.max(1, box.getSize(new THREE.Vector3()).length() / 2);
      this.frames(box);
      this.canvas = this.renderer.domElement;
      this.canvas.setAttribute("tabindex", "0");
      this.canvas.setAttribute("role", "img");
      this.canvas.setAttribute(
        "aria-label",
        "Surfaces of the labels; arrows turn them, + and - bring them nearer or farther",
      );
      this.screen.replaceChildren(this.canvas);
      for (const [letter, [words, eye, up]] of Object.entries(views)) {
        this.buttons.append(
          element(
            "button",
            {
              type: "button",
              class: "side",
              title: `Seen ${words}`,
              "aria-label": `Seen ${words}`,
              onclick: () => this.stand(eye, up),
            },
            letter,
          ),
        );
      }
      this.hands();
      look.onchange(() => this.draw());
      this.space.listeners.push(() => this.draw());
      new ResizeObserver(() => this.draw()).observe(this.screen);
      this.stand([-0.55, 0.75, 0.35], [0, 0, 1]);
    }

    // Vertices come as 16-bit steps from an origin, little endian.
    geometry(one, vertices, triangles) {
      const { THREE } = this;
      const steps = new DataView(vertices.buffer, vertices.byteOffset, vertices.byteLength);
      const corners = new DataView(triangles.buffer, triangles.byteOffset, triangles.byteLength);
      const positions = new Float32Array(vertices.byteLength / 2),
        index = new Uint32Array(triangles.byteLength / 4);
      for (let each = 0; each < positions.length; each++)
        positions[each] = one.origin[each % 3] + one.step[each % 3] * steps.getUint16(each * 2, true);
      for (let each = 0; each < index.length; each++) index[each] = corners.getUint32(each * 4, true);
      const made = new THREE.BufferGeometry();
      made.setAttribute("position", new THREE.BufferAttribute(positions, 3));
      made.setIndex(new THREE.BufferAttribute(index, 1));
      made.computeVertexNormals();
      return made;
    }

    // The planes' slices as thin frames around the labels.
    frames(box) {
      const { THREE } = this;
      const low = box.min.toArray(),
        high = box.max.toArray();
      const margin = this.radius * 0.06;
      this.slices = [0, 1, 2].map((axis) => {
        const [a, b] = [0, 1, 2].filter((other) => other !== axis);
        const corner = (first, second) => {
          const point = [0, 0, 0];
          point[a] = first ? high[a] + margin : low[a] - margin;
          point[b] = second ? high[b] + margin : low[b] - margin;
          return new THREE.Vector3(...point);
        };
        const made = new THREE.BufferGeometry().setFromPoints([
          corner(0, 0),
          corner(1, 0),
          corner(1, 1),
          corner(0, 1),
        ]);
        const line = new THREE.LineLoop(
          made,
          new THREE.LineBasicMaterial({ color: 0xffffff, transparent: true, opacity: 0.32 }),
        );
        this.scene.add(line);
        return line;
      });
    }

    // The eye: a direction from the middle, what is up, how far, and how much to the side.
    stand(eye, up) {
      const { THREE } = this;
      this.eye = new THREE.Vector3(...eye).normalize();
      this.up = new THREE.Vector3(...up);
      this.distance = (this.radius / Math.sin((15 * Math.PI) / 180)) * 0.95;
      this.aside = new THREE.Vector3();
      this.draw();
    }

    turn(right, down) {
      const { THREE } = this;
      const side = new THREE.Vector3().crossVectors(this.up, this.eye).normalize();
      const both = new THREE.Quaternion()
        .setFromAxisAngle(new THREE.Vector3().crossVectors(this.eye, side).normalize(), -right)
        .multiply(new THREE.Quaternion().setFromAxisAngle(side, -down));
      this.eye.applyQuaternion(both).normalize();
      this.up.applyQuaternion(both).normalize();
      this.draw();
    }

    near(factor) {
      this.distance = Math.max(this.radius * 0.4, Math.min(this.radius * 20, this.distance * factor));
      this.draw();
    }

    slide(right, down) {
      const { THREE } = this;
      const unit = (this.distance * Math.tan((15 * Math.PI) / 180) * 2) / Math.max(1, this.canvas.clientHeight);
      const side = new THREE.Vector3().crossVectors(this.up, this.eye).normalize();
      const top = new THREE.Vector3().crossVectors(this.eye, side);
      this.aside.addScaledVector(side, -right * unit).addScaledVector(top, down * unit);
      this.draw();
    }

    // A drag turns, with shift or two fingers it slides, two fingers and the wheel bring nearer.
    hands() {
      const { canvas } = this;
      const fingers = new Map();
      const gap = () => {
        const [a, b] = [...fingers.values()];
        return Math.hypot(a[0] - b[0], a[1] - b[1]);
      };
      canvas.addEventListener("pointerdown", (event) => {
        canvas.setPointerCapture(event.pointerId);
        fingers.set(event.pointerId, [event.clientX, event.clientY]);
      });
      canvas.addEventListener("pointermove", (event) => {
        const before = fingers.get(event.pointerId);
        if (!before) return;
        const right = event.clientX - before[0],
          down = event.clientY - before[1];
        const apart = fingers.size === 2 ? gap() : 0;
        fingers.set(event.pointerId, [event.clientX, event.clientY]);
        if (fingers.size === 2) {
          this.near(apart / Math.max(1, gap()));
          this.slide(right / 2, down / 2);
        } else if (event.shiftKey || event.buttons & 6) this.slide(right, down);
        else this.turn(right * 0.008, down * 0.008);
      });
      for (const end of ["pointerup", "pointercancel"])
        canvas.addEventListener(end, (event) => fingers.delete(event.pointerId));
      canvas.addEventListener(
        "wheel",
        (event) => {
          event.preventDefault();
          this.near(Math.exp(event.deltaY * 0.001));
        },
        { passive: false },
      );
      canvas.addEventListener("keydown", (event) => {
        const ways = { ArrowLeft: [-0.12, 0], ArrowRight: [0.12, 0], ArrowUp: [0, -0.12], ArrowDown: [0, 0.12] };
        if (ways[event.key]) this.turn(...ways[event.key]);
        else if (event.key === "+" || event.key === "=") this.near(0.9);
        else if (event.key === "-") this.near(1.1);
        else return;
        event.preventDefault();
      });
    }

    paint() {
      const wide = this.screen.clientWidth,
        high = this.screen.clientHeight;
      if (!wide || !high) return;
      this.renderer.setPixelRatio(Math.min(2, devicePixelRatio || 1));
      this.renderer.setSize(wide, high);
      for (const [id, mesh] of this.meshes) mesh.visible = !this.look.hidden.has(id);
      this.slices.forEach((one, axis) => {
        one.position.setComponent(axis, this.space.point[axis]);
      });
      const aim = this.middle.clone().add(this.aside);
      this.camera.aspect = wide / high;
      this.camera.up.copy(this.up);
      this.camera.position.copy(aim).addScaledVector(this.eye, this.distance * Math.max(1, high / wide));
      this.camera.near = this.distance / 50;
      this.camera.far = this.distance * 20;
      this.camera.lookAt(aim);
      this.camera.updateProjectionMatrix();
      this.renderer.render(this.scene, this.camera);
    }
  };
})();
