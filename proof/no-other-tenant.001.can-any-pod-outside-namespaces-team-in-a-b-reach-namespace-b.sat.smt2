; netverify/goals/v1
; inputs sha256:d7b46ca6d26fd32f2d2a54ef34c2c584a4854dbc41c69e66807ba3936ee9151e
; options sha256:973baf468d7076a662fccf467f00f0f13e90f124f009b47e1c75902e05a212cd
; netverify: unsatisfiable iff there is no such flow, allowed or not: can any pod outside namespaces team in (a, b) reach namespace b
; src_place: namespace of the source: 0 (a new namespace)
; src_who: 0 not in the manifests
; src_nslabel_0: namespace label team: 0 absent, 1 other, 2 a, 3 b
; dst_place: namespace of the destination: 0 b
; dst_who: 0 not in the manifests, 1 b/api[Deployment], 2 b/pg[StatefulSet]
(set-logic QF_BV)
(declare-const dst_who (_ BitVec 2))
(declare-const port (_ BitVec 16))
(declare-const prefer_existing_dst Bool)
(declare-const protocol (_ BitVec 2))
(declare-const src_nslabel_0 (_ BitVec 2))
(assert (bvule dst_who #b10))
(assert (bvule protocol #b10))
(assert (=> prefer_existing_dst (not (= dst_who #b00))))
(assert (not (bvule #b10 src_nslabel_0)))
(assert (or (and (= protocol #b00) (bvule #b0000000000000001 port)) (and (= protocol #b01) (bvule #b0000000000000001 port)) (and (= protocol #b10) (bvule #b0000000000000001 port))))
(assert (bvule #b0000000000000001 port))
(check-sat)
