"""The screening codes that any protocol of a leg must ask for, as lines of its file."""

CODES = """contraindications:
  - active_dvt_thrombophlebitis
  - active_implant
  - pregnancy
  - uncontrolled_bleeding
  - infection_tb_osteomyelitis
  - severe_arterial_insufficiency
  - cannot_give_feedback
  - near_diathermy_rf
  - denervated_muscle
  - malignancy
  - damaged_skin
  - recent_radiotherapy
  - varicose_veins_local
precautions: [frail_skin]
"""
